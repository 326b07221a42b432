#include "cli/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include "cli/commands.hpp"

namespace overlap {

Interrupt::Interrupt() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    // A terminal that is closed; not under nohup, which had it ignored: a blocked signal would come all the
    // same.
    struct sigaction hang_up{};
    if (::sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
        ::sigaddset(&signals_, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    waiter_ = std::thread([this] { wait_for_signals(); });
}

Interrupt::~Interrupt() {
    over_ = true;
    ::pthread_kill(waiter_.native_handle(), SIGTERM);  // wakes sigwait()
    waiter_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::wait_for_signals() {
    for (int signal = 0;;) {
        ::sigwait(&signals_, &signal);
        if (over_) return;
        if (!source_.request_stop()) ::_exit(exit_interrupted);
    }
}

}  // namespace overlap
