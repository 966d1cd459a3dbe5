#include "notify.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

int notify_open(void)
{
    return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

bool notify_add(int fd, const char *folder)
{
    return fd >= 0 &&
           (inotify_add_watch(fd, folder,
                              IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) >= 0 ||
            errno != ENOSPC);
}

bool notify_drain(int fd)
{
    char buf[16384];
    bool any = false;
    while (fd >= 0 && read(fd, buf, sizeof buf) > 0)
        any = true;
    return any;
}
