#include "browser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

static int write_file(const char *path, const char *link, struct err *err)
{
    AUTO_FREE char *text = mem_printf("<!doctype html>\n<meta charset=utf-8>\n"
                                      "<meta name=referrer content=no-referrer>\n"
                                      "<meta http-equiv=refresh content=\"0;url=%s\">\n"
                                      "<title>talkpress review</title>\n"
                                      "<a href=\"%s\">talkpress review</a>\n",
                                      link, link);
    (void)unlink(path); /* of a review that was killed */
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd < 0 || fs_write_all(fd, text, strlen(text)) < 0
               ? err_errno(err, errno, "cannot write '%s': open the link above yourself", path)
               : 0;
}

static void start(const char *path)
{
    if (fork() != 0)
        return;
    if (fork() == 0) { /* nobody waits for the browser */
        execlp("xdg-open", "xdg-open", path, (char *)NULL);
        fprintf(stderr, "talkpress: there is no xdg-open: open the link above yourself\n");
    }
    _exit(0);
}

int browser_open(char **out, const char *folder, const char *link, struct err *err)
{
    AUTO_FREE char *name = mem_printf("review-%d.html", (int)getpid());
    *out = fs_join(folder, name);
    if (write_file(*out, link, err) == 0)
        start(*out);
    return err->code;
}

void browser_forget(char **path)
{
    if (*path)
        (void)unlink(*path);
    free(mem_take(path));
}
