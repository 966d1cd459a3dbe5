/* The process that starts the workers: it has all libraries loaded and forks for each (zygote.h).
 */
#pragma once

/* Answers requests of zygote_protocol.h that come through stdin, a socket. Returns at their end,
 * and in each worker when its job has ended: the process's exit status. */
int zygote_serve(void);
