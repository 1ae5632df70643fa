/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One description of a unit: its name and its properties, each with the type that org.freedesktop.systemd1
 * gives it. src/unit sends it over D-Bus; the boot generator will write the same as a unit file.
 * A failed allocation is remembered in the spec and reported once, by unit_spec_check().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/cleanup.h"

typedef enum UnitPropertyType {
        UNIT_STRING,     /* s */
        UNIT_BOOL,       /* b */
        UNIT_U64,        /* t */
        UNIT_U32,        /* u */
        UNIT_I32,        /* i */
        UNIT_STRV,       /* as */
        UNIT_EXEC,       /* a(sasb), one command, exit status counts */
        UNIT_ENV_FILES,  /* a(sb): paths, not optional */
        UNIT_BINDS,      /* a(ssbt): "source\0destination" pairs in two strvs, recursive */
        UNIT_LOG_FIELDS, /* aay: "NAME=value" */
        UNIT_STREAMS,    /* a(ss): paths of stream sockets */
        UNIT_FD,         /* h: borrowed until the call is sent */
        UNIT_STATUS,     /* (aiai): one exit status, no signal */
} UnitPropertyType;

typedef struct UnitProperty {
        char *name;
        UnitPropertyType type;
        union {
                char *string;
                uint64_t number; /* also bool, u32, i32, status */
                int fd;
        };
        char **list;  /* UNIT_STRV, UNIT_EXEC (argv), UNIT_ENV_FILES, UNIT_LOG_FIELDS, UNIT_STREAMS,
                         UNIT_BINDS: sources */
        char **list2; /* UNIT_BINDS: destinations */
} UnitProperty;

typedef struct UnitSpec {
        char *name;
        UnitProperty *properties;
        size_t n_properties;
        int failed; /* the first negative errno met while it was put together */
} UnitSpec;

UnitSpec *unit_spec_new(const char *name);
UnitSpec *unit_spec_free(UnitSpec *s);
DEFINE_CLEANUP(UnitSpec *, unit_spec_free)
#define _cleanup_unit_spec_ _cleanup_(unit_spec_freep)

void unit_spec_string(UnitSpec *s, const char *property, const char *value);
void unit_spec_stringf(UnitSpec *s, const char *property, const char *format, ...) _printf_(3, 4);
void unit_spec_bool(UnitSpec *s, const char *property, bool value);
void unit_spec_u64(UnitSpec *s, const char *property, uint64_t value);
void unit_spec_u32(UnitSpec *s, const char *property, uint32_t value);
void unit_spec_i32(UnitSpec *s, const char *property, int32_t value);
void unit_spec_fd(UnitSpec *s, const char *property, int fd);
void unit_spec_status(UnitSpec *s, const char *property, int32_t status);
/* These add to the list that the property has: one item a call. */
void unit_spec_list(UnitSpec *s, UnitPropertyType type, const char *property, const char *item);
void unit_spec_listf(UnitSpec *s, UnitPropertyType type, const char *property, const char *format, ...)
        _printf_(4, 5);
void unit_spec_bind(UnitSpec *s, const char *property, const char *source, const char *destination);

/* 0, or what went wrong while it was put together. NULL is -ENOMEM. */
int unit_spec_check(const UnitSpec *s);
