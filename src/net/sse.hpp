// Server-sent events, as the WHATWG writes them down
// (https://html.spec.whatwg.org/#event-stream-interpretation). No I/O: bytes in, the data of events out.
// Names, ids and retry times of events are read and dropped.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace overlap::net {

class SseParser {
  public:
    /// `most`: bytes that one event may have before it is given up.
    explicit SseParser(std::size_t most = 1024 * 1024) : most_(most) {}

    /// Takes what came of the stream, cut anywhere.
    void feed(std::string_view bytes);

    /// The data of the next whole event; none while there is none. An event that the end of the stream cuts
    /// off never comes out.
    std::optional<std::string> next();

    /// An event was larger than it may be: nothing more will come out than did before it.
    [[nodiscard]] bool too_large() const { return too_large_; }

  private:
    void take(char byte);
    void end_line();

    std::size_t most_;
    std::string line_;  ///< the present one, as far as it has come
    std::string data_;  ///< of the present event, a newline after each line
    bool first_line_ = true;
    bool after_cr_ = false;  ///< a line feed now belongs to the end of the line before
    bool too_large_ = false;
    std::deque<std::string> events_;
};

}  // namespace overlap::net
