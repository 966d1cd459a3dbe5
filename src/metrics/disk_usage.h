/* How much a folder holds. Inner header. */
#pragma once

#include <stdint.h>

/* The sum of the sizes of all files in it, in bytes; what disappears meanwhile is not counted. */
int64_t disk_usage_bytes(const char *dir);
