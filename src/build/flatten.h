/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * JSON for shell scripts: packs are plain sh, and no JSON tool is sure to be on a server. Each value stands
 * on a line of its own: its path ("headers./index\.html.Cache-Control", "routes.0"), a tab, its value. In
 * both a backslash, tab, newline and carriage return are written \\, \t, \n and \r; a dot inside a key is \.
 * . Empty objects and arrays are "{}" and "[]". Keys are in the order of the file's JSON library, which is
 * that of the file.
 */

/* To standard output; a message on standard error and a negative errno when it is no JSON. */
int flatten_json(const char *path);
