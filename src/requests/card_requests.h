/*
 * The requests of media_request.h that draw cards, or try their texts. Titles and names come from
 * strangers, and the libraries that lay text out are large: a child in the sandbox does that, and
 * this process only writes down what it answers. Each returns the process's exit status.
 */
#pragma once

#include <jansson.h>

int card_serve(const json_t *request);
int card_serve_trial(const json_t *request);
