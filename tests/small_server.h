/*
 * A web server for tests, in a process of its own: it answers every request with the same bytes,
 * which the test sets before, and shows the last request. Port of 127.0.0.1 that the kernel chose.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

enum small_server_then {
    SMALL_SERVER_CLOSE,
    SMALL_SERVER_HANG,   /* says nothing more, and closes nothing */
    SMALL_SERVER_REPEAT, /* says the same again without end */
};

struct small_server {
    pid_t pid;
    int port;
    struct small_server_shared {
        char request[8192]; /* the last one, with its headers */
        int nb_requests;
        char answer[65536];
        size_t nb_bytes;
        enum small_server_then then;
    } * shared;
};

void small_server_start(struct small_server *server);
void small_server_stop(struct small_server *server);
/* The answer from now on: the head's lines without the empty one, and the body. */
void small_server_answer(struct small_server *server, const char *head, const char *body,
                         enum small_server_then then);
/* A new string: "http://127.0.0.1:PORT/" and the path. */
char *small_server_url(const struct small_server *server, const char *path);
