#include "cli/destination.hpp"

#include <fcntl.h>

#include <cerrno>

#include "cli/terminal.hpp"
#include "timeline/error.hpp"

namespace overlap {

Destination::Destination(const std::string& file) : file_(file) {
    if (file.empty()) return;
    fd_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) fail(errno);
}

Destination::~Destination() {
    if (!file_.empty()) ::close(fd_);
}

void Destination::write(const std::string& text) const {
    if (const int error = write_all(fd_, text); error != 0) fail(error);
}

void Destination::fail(int error) const {
    const std::string where = file_.empty() ? "standard output" : "'" + file_ + "'";
    throw Error("cannot write to " + where + ": " + message_of(error));
}

}  // namespace overlap
