// pthread_create() that gives EAGAIN from the 40th thread of a process on.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                              void* argument) noexcept {
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const Create create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
    static std::atomic<int> asked = 0;
    if (++asked >= 40) return EAGAIN;
    return create(thread, attributes, run, argument);
}
