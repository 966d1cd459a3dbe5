/*
 * The door as the service sees it: a process of talkpress-review that has the listening socket, and
 * a socket to talk to it (review_link.h). If it ends, it is started again with the same token, so
 * that pages stay open; but not if it ends again and again. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "sandbox.h"

struct listening;

enum { DOOR_TOKEN_BYTES = 33 };

struct door_process {
    pid_t pid;  /* 0: not running */
    int socket; /* -1: not running */
    const struct listening *listening;
    enum sandbox_mode sandbox;
    char token[DOOR_TOKEN_BYTES];
    char *program, *pages; /* owned: paths of the program and of the folder of its pages */
    double started_s[4];   /* when it was last started, the latest first */
};

/* Makes the token and finds the program and the pages. The listening socket must stay open as long
 * as the door. */
ATTR_NODISCARD int door_process_init(struct door_process *out, const struct listening *listening,
                                     enum sandbox_mode sandbox, struct err *err);
/* ERR_EXTERNAL: it has ended too often. */
ATTR_NODISCARD int door_process_start(struct door_process *door, struct err *err);
/* Ends the process, if it runs, and frees what init made. */
void door_process_stop(struct door_process *door);
void door_process_finish(struct door_process *door);

/* Where the page is: "http://127.0.0.1:8080/?token=…"; a new string. */
char *door_process_link(const struct door_process *door);
