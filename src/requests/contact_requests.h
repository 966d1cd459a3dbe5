/* Makes contact sheets, in the sandbox; see requests.h. */
#pragma once

#include <jansson.h>

/* Writes the sheet and answers with its number of bytes. Returns the process's exit status. */
int contact_serve(const json_t *request);
