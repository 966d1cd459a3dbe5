/* The running program: where it is, and what all programs do first and last in main. They make sure
 * that signals and missing standard descriptors do no harm, and that what was printed has been
 * written. */
#pragma once

/* Opens what is closed of stdin, stdout and stderr in a way that using it fails: else the next file
 * that is opened, such as the store, would get that number, and messages would be written into it.
 * Ignores SIGPIPE and SIGXFSZ, so that the write fails and its message names the file. Returns 0,
 * or EXIT_FAILED. */
int process_begin(void);

/* Flushes stdout. Returns the exit status: EXIT_FAILED, after a message, if status is EXIT_OK and
 * something that was printed could not be written. There is no message if a pipe has no reader any
 * more ('talkpress list | head'). */
int process_end(int status);

/* The program's path, and the folder that it is in: new strings; NULL where /proc is missing. Links
 * to it are followed. If an update replaced the program since, the path is that of the new one. */
char *process_program(void);
char *process_folder(void);
