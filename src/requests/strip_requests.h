/* Makes strips of pictures for the report, in the sandbox; see requests.h. */
#pragma once

#include <jansson.h>

/* Writes the strips and answers with their number. Returns the process's exit status. */
int strips_serve(const json_t *request);
