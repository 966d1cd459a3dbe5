/* talkpress-review: the program that serves the page of `talkpress review` (door.h). talkpress
 * starts it with a listening socket and a socket to itself (review_link.h); its argument is the
 * folder of the page's files. */
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door.h"
#include "exit_status.h"
#include "process.h"
#include "review_link.h"

/* Whether it was started as talkpress starts it. */
static bool is_socket(int fd, int type)
{
    int found;
    socklen_t nb = sizeof found;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &found, &nb) == 0 && found == type;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    if (process_begin())
        return EXIT_FAILED;
    if (argc != 2 || !is_socket(LINK_LISTEN_FD, SOCK_STREAM) ||
        !is_socket(LINK_FD, SOCK_SEQPACKET)) {
        fputs("talkpress: only talkpress starts talkpress-review: see 'talkpress review --help'\n",
              stderr);
        return EXIT_USAGE;
    }
    if (door_serve(argv[1], &err) < 0)
        return exit_status_report(&err);
    return process_end(EXIT_OK);
}
