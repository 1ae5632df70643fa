# shellcheck shell=bash
vm_image() { die later; }
