/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One line of a public key file. What it says ends up in authorized_keys, so the line is taken apart and
 * put together again from checked parts: type of a known list, base64 that decodes to exactly that type's
 * fields, and a comment without control characters.
 */

#include "model/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"

#define ED25519_SIZE 32
#define RSA_MIN_BITS 1024 /* below, sshd refuses the key itself */

typedef struct KeyType {
        const char *name;
        unsigned fields;   /* behind the type, in the blob */
        const char *curve; /* what the first of them must be; NULL: anything */
} KeyType;

/* RFC 8332 and 4253 (e, n), RFC 5656 (curve, point), RFC 8709 (key); "sk-" adds the application. */
static const KeyType key_types[] = {
        {"ssh-ed25519", 1, NULL},
        {"ecdsa-sha2-nistp256", 2, "nistp256"},
        {"ecdsa-sha2-nistp384", 2, "nistp384"},
        {"ecdsa-sha2-nistp521", 2, "nistp521"},
        {"ssh-rsa", 2, NULL},
        {"sk-ssh-ed25519@openssh.com", 2, NULL},
        {"sk-ecdsa-sha2-nistp256@openssh.com", 3, "nistp256"},
};

static const KeyType *find_type(const char *s, size_t length)
{
        for (size_t i = 0; i < ELEMENTSOF(key_types); i++)
                if (strlen(key_types[i].name) == length && memcmp(key_types[i].name, s, length) == 0)
                        return &key_types[i];
        return NULL;
}

static int base64_digit(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 with padding, the one spelling that an encoder writes. */
static int base64_decode(const char *s, size_t length, unsigned char **ret, size_t *ret_length)
{
        if (length == 0 || length % 4 != 0)
                return -EINVAL;
        size_t padding = s[length - 1] != '=' ? 0 : s[length - 2] != '=' ? 1 : 2;
        _cleanup_free_ unsigned char *out = malloc(length / 4 * 3);
        if (!out)
                return -ENOMEM;

        size_t used = 0;
        uint32_t bits = 0;
        for (size_t i = 0; i < length; i++) {
                int digit = i >= length - padding ? 0 : base64_digit(s[i]);
                if (digit < 0)
                        return -EINVAL;
                bits = bits << 6 | (uint32_t) digit;
                if (i % 4 != 3)
                        continue;
                out[used++] = (unsigned char) (bits >> 16);
                out[used++] = (unsigned char) (bits >> 8);
                out[used++] = (unsigned char) bits;
                bits = 0;
        }
        for (size_t i = 0; i < padding; i++)
                if (out[--used] != 0)
                        return -EINVAL;
        *ret = TAKE_PTR(out);
        *ret_length = used;
        return 0;
}

/* The next length-prefixed field (RFC 4251, 5). */
static int take_field(const unsigned char **p, size_t *left, const unsigned char **ret, size_t *ret_length)
{
        if (*left < 4)
                return -EINVAL;
        size_t n = (size_t) (*p)[0] << 24 | (size_t) (*p)[1] << 16 | (size_t) (*p)[2] << 8 | (*p)[3];
        if (n > *left - 4)
                return -EINVAL;
        *ret = *p + 4;
        *ret_length = n;
        *p += 4 + n;
        *left -= 4 + n;
        return 0;
}

static size_t count_bits(const unsigned char *p, size_t length)
{
        while (length > 0 && *p == 0) {
                p++;
                length--;
        }
        if (length == 0)
                return 0;
        size_t bits = length * 8;
        for (unsigned char top = *p; !(top & 0x80); top = (unsigned char) (top << 1))
                bits--;
        return bits;
}

static const char damaged[] = "the key is damaged: copy the whole line of the .pub file";

static const char *field_fault(const KeyType *type, unsigned i, const unsigned char *field, size_t n)
{
        if (n == 0)
                return damaged;
        if (i == 0 && type->curve && (n != strlen(type->curve) || memcmp(field, type->curve, n) != 0))
                return damaged;
        if (i == 0 && strstr(type->name, "ssh-ed25519") && n != ED25519_SIZE)
                return damaged;
        if (i == 1 && streq(type->name, "ssh-rsa") && count_bits(field, n) < RSA_MIN_BITS)
                return "an RSA key needs 1024 bits at least, better 3072: make another with "
                       "`ssh-keygen -t ed25519`";
        return NULL;
}

/* NULL, or what is wrong with the decoded key. */
static const char *blob_fault(const KeyType *type, const unsigned char *p, size_t left)
{
        const unsigned char *field;
        size_t n;

        if (take_field(&p, &left, &field, &n) < 0 || find_type((const char *) field, n) != type)
                return damaged;
        for (unsigned i = 0; i < type->fields; i++) {
                const char *fault =
                        take_field(&p, &left, &field, &n) < 0 ? damaged : field_fault(type, i, field, n);
                if (fault)
                        return fault;
        }
        return left == 0 ? NULL : damaged;
}

static const char *line_fault(const char *line, size_t length)
{
        if (length == 0)
                return "it is empty";
        if (length > SSH_KEY_LINE_MAX)
                return "it is longer than 16384 bytes";
        if (strstr(line, "PRIVATE KEY"))
                return "this is a private key, which must not leave your machine: give the .pub file beside "
                       "it, and make a new key if this one was shown to others";
        if (text_after(line, "---- BEGIN SSH2"))
                return "this is the format of RFC 4716: convert it with `ssh-keygen -i -f FILE`";
        for (size_t i = 0; i < length; i++)
                if (((unsigned char) line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
                        return "a key is one line of text";
        return text_is_utf8(line, length) ? NULL : "its comment is not UTF-8";
}

static const char *type_fault(const char *s, size_t n)
{
        _cleanup_free_ char *type = strndup(s, n);
        if (!type)
                return damaged;
        if (strstr(type, "-cert-v01@"))
                return "this is a certificate: give the key it was made for";
        if (streq(type, "ssh-dss"))
                return "DSA keys are no longer secure: make another with `ssh-keygen -t ed25519`";
        return "a line of a .pub file is expected: ssh-ed25519, ecdsa-sha2-nistp256, -384, -521, ssh-rsa or "
               "sk-…, the key in base64, a comment; no options in front";
}

static int refuse(const char *line, size_t length, const char *fault, Error *e)
{
        char shown[EXCERPT_SIZE];
        /* What may be a private key is not repeated. */
        if (strstr(line, "PRIVATE KEY"))
                return error_set(e, -EINVAL, "this cannot be an ssh key: %s", fault);
        return error_set(e, -EINVAL, "\"%s\" cannot be an ssh key: %s", excerpt(line, length, shown), fault);
}

static int split(SshKey *k, const char *type, size_t type_length, const char *blob, size_t blob_length,
                 const char *comment, size_t comment_length)
{
        k->type = strndup(type, type_length);
        k->blob = strndup(blob, blob_length);
        k->comment = strndup(comment, comment_length);
        return k->type && k->blob && k->comment ? 0 : -ENOMEM;
}

int ssh_key_parse(const char *line, SshKey *ret, void **ret_raw, size_t *ret_raw_length, Error *e)
{
        static const char blanks[] = " \t";

        line += strspn(line, blanks);
        size_t length = strlen(line);
        while (length > 0 && strchr(" \t\r\n", line[length - 1]))
                length--;
        const char *fault = line_fault(line, length);
        if (fault)
                return refuse(line, length, fault, e);

        size_t type_length = strcspn(line, " \t\r\n");
        const KeyType *type = find_type(line, type_length);
        if (!type)
                return refuse(line, length, type_fault(line, type_length), e);

        const char *end = line + length;
        const char *blob = line + type_length + strspn(line + type_length, blanks);
        size_t blob_length = blob < end ? strcspn(blob, " \t\r\n") : 0;
        _cleanup_free_ unsigned char *raw = NULL;
        size_t raw_length = 0;
        int r = base64_decode(blob, blob_length, &raw, &raw_length);
        if (r == -ENOMEM)
                return r;
        fault = r < 0 ? damaged : blob_fault(type, raw, raw_length);
        if (fault)
                return refuse(line, length, fault, e);

        const char *comment = blob + blob_length;
        if (comment < end)
                comment += strspn(comment, blanks);
        SshKey k = {0};
        r = split(&k, line, type_length, blob, blob_length, comment, (size_t) (end - comment));
        if (r < 0) {
                ssh_key_clear(&k);
                return r;
        }
        *ret = k;
        *ret_raw = TAKE_PTR(raw);
        *ret_raw_length = raw_length;
        return 0;
}

void ssh_key_clear(SshKey *k)
{
        free(k->type);
        free(k->blob);
        free(k->comment);
        free(k->fingerprint);
        *k = (SshKey){0};
}
