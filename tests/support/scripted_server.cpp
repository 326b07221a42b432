#include "support/scripted_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "support/sockets.hpp"

namespace overlap::test {

std::string receive_request(int fd) {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n")) {
        if (::recv(fd, &byte, 1, 0) != 1) return {};
        request += byte;
    }
    return request;
}

void wait_until_client_leaves(int fd) {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)), thread_([this] { serve(); }) {}

ScriptedServer::~ScriptedServer() {
    listener_.stop();
    thread_.join();
}

void ScriptedServer::serve() {
    for (int fd = listener_.accept(); fd >= 0; fd = listener_.accept()) {
        ++connections_;
        script_(fd);
        ::close(fd);
    }
}

ScriptedServer::Script answer_with(std::string bytes) {
    return [bytes = std::move(bytes)](int fd) {
        if (!receive_request(fd).empty()) send(fd, bytes);
    };
}

}  // namespace overlap::test
