/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Our own documents, one JSON object each. Both sides remember the first failure and then do nothing more,
 * so that a codec is one line a field and has one error path at its end. A key that is not asked for is
 * ignored: a later version may have written it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/uuid.h"
#include "json/json.h"

typedef struct DocReader {
        Json *root;       /* owned; NULL for a part of another document */
        const Json *at;   /* the object that is read; borrowed */
        const char *what; /* "the stored application", for messages; borrowed */
        Error *e;         /* may be NULL; borrowed */
        int failed;       /* 0, or the first negative errno */
} DocReader;

/* -EBADMSG: no JSON, or no object. The reader keeps `e`. */
int doc_open(const char *text, size_t length, const char *what, DocReader *ret, Error *e);

/* Reads an object inside the document; its failure is handed up with doc_leave(). */
DocReader doc_enter(const DocReader *d, const Json *object);
void doc_leave(DocReader *d, const DocReader *inner);

void doc_clear(DocReader *d);
#define _cleanup_doc_ _cleanup_(doc_clear)

/* Each sets `failed` to -EBADMSG (with a text that names the document and the key) when the key is missing
 * or has another type. */
void doc_text(DocReader *d, const char *key, char **ret);
void doc_text_optional(DocReader *d, const char *key, char **ret); /* absent: *ret stays */
void doc_uuid(DocReader *d, const char *key, char ret[UUID_TEXT_SIZE]);
void doc_number(DocReader *d, const char *key, uint64_t min, uint64_t max, uint64_t *ret);
void doc_bool(DocReader *d, const char *key, bool *ret);     /* absent: false */
void doc_time(DocReader *d, const char *key, uint64_t *ret); /* "2026-11-21T03:27:00Z" */
void doc_list(DocReader *d, const char *key, char ***ret);   /* of strings; absent: empty */

/* Records a failure of the caller's own check, unless there is one already. NULL `why` and a code of
 * -ENOMEM need no text. */
void doc_fail(DocReader *d, int code, const char *key, const char *why);

typedef struct DocWriter {
        Json *root; /* owned */
        int failed;
} DocWriter;

DocWriter doc_new(void);
void doc_put_text(DocWriter *w, const char *key, const char *s); /* NULL: left out */
void doc_put_number(DocWriter *w, const char *key, uint64_t n);
void doc_put_bool(DocWriter *w, const char *key, bool b); /* false: left out */
void doc_put_time(DocWriter *w, const char *key, uint64_t usec);
void doc_put_list(DocWriter *w, const char *key, char *const *list); /* empty: left out */
void doc_put(DocWriter *w, const char *key, Json *value);            /* consumes `value` */

/* Remembers a failure of the caller's own; 0 does nothing. */
void doc_note(DocWriter *w, int r);

/* The text, or the object, or the first failure; the writer is empty afterwards. */
int doc_finish(DocWriter *w, char **ret);
int doc_take(DocWriter *w, Json **ret);
