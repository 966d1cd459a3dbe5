/* The waveforms of the recordings, a file each. */
#pragma once

#include "err.h"

struct event;

/* Writes a folder of them (see export_folder.h), and says on stderr which recordings have none. */
ATTR_NODISCARD int export_waveforms(struct event *event, const char *path, struct err *err);
