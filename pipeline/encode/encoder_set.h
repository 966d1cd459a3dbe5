/*
 * The versions of the encoders on a machine, as plain data: which of them made a file, whether they
 * are the reference, and what differs between two machines. talkpress-media finds them
 * (encoder_version.h); the coordinator keeps them (src/event/event_encoders.h).
 *
 * A set is a JSON object of texts: the version of each encoder by libavcodec's name of it
 * ("libsvtav1": "1.4.1"), of libavcodec itself ("libavcodec": "59.37.100"), which counts for all
 * encoders that have no library of their own, and the "architecture" ("x86_64"). Where a function
 * takes a set, NULL stands for the reference.
 *
 * The reference is Debian 12 on x86_64. Keys contain the version of an encoder only where it
 * differs from the reference, so that keys made before versions counted stay valid.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum { ENCODER_VERSION_BYTES = 64 }; /* of a version, at most */

/* The reference; a new value. */
json_t *encoder_set_reference(void);

/* The set with its known members alone, each at most 64 printable ASCII characters; a new value.
 * NULL if value is none. */
json_t *encoder_set_clean(const json_t *value);

/* The version of an encoder: "1.4.1". Borrows from the set; "unknown" if the set does not have it.
 */
const char *encoder_set_version(const json_t *set, const char *encoder);
const char *encoder_set_architecture(const json_t *set);

/* What made a file: "libsvtav1 1.4.1 x86_64". A new string. */
char *encoder_set_made_by(const json_t *set, const char *encoder);

/* The same, for keys and specs: NULL if version and architecture are those of the reference. */
char *encoder_set_other(const json_t *set, const char *encoder);

/* Whether two machines make the same bytes with an encoder. */
bool encoder_set_equal(const json_t *a, const json_t *b, const char *encoder);

/* What differs, for the user: "SVT-AV1 is 2.3.0 here, 1.4.1 made it". A new string; NULL if nothing
 * does. */
char *encoder_set_difference(const json_t *here, const json_t *then, const char *encoder);
