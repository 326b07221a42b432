// Reading a lesson in a terminal: page by page, asking and running where it says so.
#pragma once

#include <functional>

#include "cli/options.hpp"
#include "lesson/lesson.hpp"
#include "lesson/progress.hpp"

namespace overlap {

struct LessonReading {
    bool asks = false;  ///< on a terminal: predictions, questions, a page at a time
    OutputOptions output;
    std::function<void(const lesson::LessonProgress&)> keep;  ///< told whenever the reader got further
};

enum class LessonEnd : std::uint8_t {
    read,         ///< to its end
    stopped,      ///< by the reader
    interrupted,  ///< by Ctrl-C
    failed,       ///< a command in it could not be run
};

/// Shows the lesson from `progress.section` on, and takes `progress` along. Throws Error.
LessonEnd read_lesson(const lesson::Lesson& lesson, lesson::LessonProgress& progress,
                      const LessonReading& reading);

}  // namespace overlap
