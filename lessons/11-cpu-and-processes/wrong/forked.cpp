// fork() by hand, a process for each record. A crash costs one result, but nobody ends the processes.
#include <unistd.h>

#include "workshop.hpp"
using namespace workshop;

std::string digest_in_child(const std::string& record) {
    int ends[2];
    if (pipe(ends) != 0) return "failed";
    if (fork() == 0) {
        const std::string digest = parse_record(record);
        if (write(ends[1], digest.data(), digest.size()) < 0) _exit(1);
        close(ends[1]);
        for (;;) pause();  // ready for the next record
    }
    close(ends[1]);
    std::string digest;
    for (char c = 0; read(ends[0], &c, 1) == 1;) digest += c;
    close(ends[0]);
    return digest.empty() ? "failed" : digest;
}

int main() {
    std::vector<std::string> digests;
    for (const std::string& key : tasks_blocking())
        digests.push_back(digest_in_child(get_blocking("/record/" + key)));
    report_blocking(digests);
}
