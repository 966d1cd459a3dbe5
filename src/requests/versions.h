/* Says which libraries and fonts this machine has: what files depend on besides their job. */
#pragma once

#include <jansson.h>

/* Answers with an object of texts: each library that encodes, decodes, scales or draws, by name;
 * "talkpress-media", and "fonts". Returns the process's exit status. */
int versions_serve(const json_t *request);
