/* The zygote: the process that has loaded all libraries and forks the workers (zygote.h). */
#pragma once

/* Answers the requests (zygote_protocol.h) that arrive on stdin, a socket, until it is closed. Also
 * returns in each worker, when its job has ended. Returns the process's exit status. */
int zygote_serve(void);
