/*
 * A PJRT plugin without a device, for tests. Its client is never made: the error says which options it got, and whether a
 * library was found by its name.
 *
 * -DTABLE_SIZE=<bytes> -DMAJOR=<n> -DMINOR=<n> -DCUDA_VERSION=<n> -DLIBRARY=<name> -DNO_TABLE
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t word;

#ifndef TABLE_SIZE
#define TABLE_SIZE 816
#endif
#ifndef MAJOR
#define MAJOR 0
#endif
#ifndef MINOR
#define MINOR 81
#endif

static char message[4096];

/* Arguments begin with their size and a pointer; then each field has a word. */
static word nothing(word *args) { return 0; }

static word error_message(word *args) {
  args[3] = (word)message;
  args[4] = strlen(message);
  return 0;
}

/* INVALID_ARGUMENT */
static word error_code(word *args) {
  ((uint32_t *)(args + 3))[0] = 3;
  return 0;
}

struct named_value {
  word size, extension, name, name_size;
  uint32_t type, padding;
  union {
    word word;
    int64_t integer;
    float number;
    int64_t *list;
  } value;
  word value_size;
};

static word attributes(word *args) {
#ifdef CUDA_VERSION
  static struct named_value version = {sizeof(struct named_value), 0, 0, 12, 1, 0, {.integer = CUDA_VERSION}, 1};
  version.name = (word) "cuda_version";
  args[2] = (word)&version;
  args[3] = 1;
#else
  args[2] = args[3] = 0;
#endif
  return 0;
}

static word create_client(word *args) {
  struct named_value *options = (struct named_value *)args[2];
  char *end = message;
  for (word i = 0; i < args[3]; i++) {
    end += sprintf(end, "%.*s=", (int)options[i].name_size, (char *)options[i].name);
    switch (options[i].type) {
    case 0: end += sprintf(end, "'%.*s' ", (int)options[i].value_size, (char *)options[i].value.word); break;
    case 1: end += sprintf(end, "%ld ", (long)options[i].value.integer); break;
    case 2:
      end += sprintf(end, "[");
      for (word k = 0; k < options[i].value_size; k++) end += sprintf(end, "%ld,", (long)options[i].value.list[k]);
      end += sprintf(end, "] ");
      break;
    case 3: end += sprintf(end, "%gf ", options[i].value.number); break;
    default: end += sprintf(end, "%s ", (options[i].value.word & 255) ? "true" : "false");
    }
  }
#ifdef LIBRARY
  end += sprintf(end, "library %s", dlopen(LIBRARY, RTLD_NOW) ? "found" : "missing");
#endif
  return 1;
}

static word table[256];

const word *GetPjrtApi(void) {
#ifdef NO_TABLE
  return 0;
#endif
  table[0] = TABLE_SIZE;
  ((uint32_t *)(table + 4))[0] = MAJOR;
  ((uint32_t *)(table + 4))[1] = MINOR;
  for (int i = 5; i < 256; i++) table[i] = (word)nothing;
  table[6] = (word)error_message;
  table[7] = (word)error_code;
  table[9] = (word)attributes;
  table[15] = (word)create_client;
  return table;
}
