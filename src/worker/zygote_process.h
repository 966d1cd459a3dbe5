/* The process that starts the workers: it has every library loaded and forks for each (zygote.h).
 */
#pragma once

/* Its stdin is the coordinator's end of zygote_protocol.h. Returns also in each worker, at its end:
 * what main should return. */
int zygote_serve(void);
