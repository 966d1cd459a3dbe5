/* How talkpress's programs report an error and end. */
#pragma once

struct err;

enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NEEDS_PERSON = 3, /* done, but talks need a person */
    EXIT_TRY_AGAIN = 75,   /* no space, or somebody else holds the folder (EX_TEMPFAIL) */
};

/* Prints the message on stderr and returns the exit status that its code asks for. */
int exit_status_report(const struct err *err);
