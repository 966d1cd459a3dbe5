/* The members of talks.json (docs/talks.schema.json): of a talk, a part and its files. Inner
 * header. All return a new value. */
#pragma once

#include <jansson.h>
#include <stdint.h>

struct output;
struct part_plan;
struct talk;

json_t *talks_json_talk(const struct talk *talk, const char *event_id); /* without parts */
json_t *talks_json_part(const struct part_plan *part);
/* Adds a part that is not published to the talk. */
void talks_json_add_absent(json_t *talk, const struct part_plan *part);
/* name: of the file in out/. The output is made. */
json_t *talks_json_file(const char *name, const struct output *output);
json_t *talks_json_captions(const char *name, const struct output *output);
/* The names of the files of chapters. base: of the part's files. */
json_t *talks_json_chapters_files(const char *base);
/* base: the name of the part's files, without suffix. sheets: the names of its pictures. */
json_t *talks_json_storyboard(const char *base, json_t *sheets, int64_t duration_ms);
