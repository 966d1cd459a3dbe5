/* What other programs leave between recordings: recycle bins, thumbnails, unfinished downloads.
 * Looks at names alone. */
#pragma once

#include <stdbool.h>

/* Whether a folder with this name holds nothing that a camera or a person put there. Hidden folders
 * are not asked about. */
bool debris_folder(const char *name);

/* Whether a file or folder with this name is an unfinished download of something: "talk.mp4.part".
 */
bool debris_download(const char *name);

/* The suffix of the file that aria2 keeps beside an unfinished download, which has its last name.
 */
#define DEBRIS_CONTROL_FILE ".aria2"
