/* Says which libraries and fonts this machine has: what files depend on besides their job. */
#pragma once

#include <jansson.h>

/* Answers with an object of texts: each library that encodes, decodes, scales or draws, by name;
 * "talkpress-media", and "fonts"; and "encoders", a set as of encoder_set.h. Returns the process's
 * exit status. */
int versions_serve(const json_t *request);

/* Answers with that set alone, "versions", and the paths of the "files" that it depends on; takes
 * no time for fonts. */
int versions_serve_encoders(const json_t *request);
