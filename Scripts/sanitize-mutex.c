// Tells the thread sanitizer of locks it cannot see: loaded before a test run by Scripts/sanitize, on Linux only.
//
// `Synchronization.Mutex` is taken and given back by an atomic, which is compiled into our code and which the sanitizer
// sees, as long as nobody waits for it. Where somebody does, that happens in libswiftSynchronization by system calls
// (FUTEX_LOCK_PI, FUTEX_UNLOCK_PI), which the sanitizer does not know: everything under a contended Mutex would be
// reported as a race. The functions here stand before the library's two, call them, and say what they did.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// Only there in a process that was built with the sanitizer.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF mutex) __asm__(UNLOCK_SLOW);

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

SWIFT void lock_slow(uint32_t thread, SELF mutex) {
    ((SWIFT void (*)(uint32_t, SELF))next(LOCK_SLOW))(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF mutex) {
    if (__tsan_release) __tsan_release(mutex);
    ((SWIFT void (*)(SELF))next(UNLOCK_SLOW))(mutex);
}
