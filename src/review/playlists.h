/* HLS playlists (RFC 8216) of a recording's preview, for players that have HLS themselves; the page
 * asks for segments itself. Inner header. */
#pragma once

#include "str.h"

struct preview_layout;

#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"

void playlist_master(struct str *out, const struct preview_layout *layout);
void playlist_of_picture(struct str *out, const struct preview_layout *layout);
/* query: what follows the names of the segments, "?stream=1", or "". */
void playlist_of_sound(struct str *out, const struct preview_layout *layout, const char *query);
