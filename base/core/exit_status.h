/* How talkpress's programs report an error and end. */
#pragma once

struct err;

enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NEEDS_USER = 3, /* done, but the user has to decide something */
    EXIT_TRY_AGAIN = 75, /* no space, or another process holds the folder (EX_TEMPFAIL) */
};

/* What to do when the disk is full. */
#define EXIT_NO_SPACE_ADVICE \
    "free some space, then run the same command again: it continues from here"

/* Prints the message on stderr and returns the exit status that its code asks for. */
int exit_status_report(const struct err *err);
