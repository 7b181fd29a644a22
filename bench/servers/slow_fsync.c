/* Let every fsync of a process take SLOW_FSYNC_US microseconds more, as on a volume that lies across a network. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_longer(void) {
    const char *more = getenv("SLOW_FSYNC_US");
    long us = more ? atol(more) : 0;
    struct timespec pause = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

int fsync(int fd) {
    wait_longer();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    wait_longer();
    return (int)syscall(SYS_fdatasync, fd);
}
