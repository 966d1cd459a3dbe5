/*
 * Finds the versions of the encoders' libraries that this process has loaded: other versions give
 * other bytes. encoder_set.h says what is done with them. Only talkpress-media can call it, since
 * the coordinator loads no encoder. Takes a few milliseconds, of which x264 takes most: it states
 * its version only in a picture that it has encoded.
 */
#pragma once

#include <jansson.h>

/* The set (encoder_set.h) of all encoders that this FFmpeg has; a new value. */
json_t *encoder_versions(void);

/* The same with only what concerns one encoder. */
json_t *encoder_version(const char *encoder);

/* The paths of the files that they were loaded from: if none of them changes, the versions are the
 * same. A new list. */
json_t *encoder_version_files(void);
