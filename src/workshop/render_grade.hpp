// Grades -> a table for a terminal, JSON (schema "overlap.grade/1"), JUnit's XML, CSV. docs/workshop.md has
// each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workshop/grade.hpp"

namespace overlap::workshop {

inline constexpr std::string_view grade_schema = "overlap.grade/1";

/// How it was graded.
struct GradeSettings {
    std::uint64_t seed = 1;
    int runs = 1;
    std::string isolation;  ///< in words
};

/// A row for each learner, and what is amiss with each answer. Lines of at most `width` columns.
std::string render_grades(const std::vector<Submission>& submissions, const GradeSettings& settings,
                          int width);

std::string render_grades_json(const std::vector<Submission>& submissions, const GradeSettings& settings);

/// A test suite for each learner, a test case for each exercise: read as it is by GitHub, GitLab and Jenkins.
std::string render_grades_junit(const std::vector<Submission>& submissions);

/// learner, exercise, verdict, points, of, words: with a heading, quoted as in RFC 4180.
std::string render_grades_csv(const std::vector<Submission>& submissions);

}  // namespace overlap::workshop
