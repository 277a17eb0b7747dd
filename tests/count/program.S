/* SPDX-License-Identifier: MIT */
/* The scenarios as a program of Linux, for qemu-x86_64. */
	.text
	.globl _start
_start:
	call nothing
	call loops
	call strings
	call calls
	call tasks
	call crossing
	call confused
	call loops
	mov $60, %eax /* exit(0) */
	xor %edi, %edi
	syscall

	.section .note.GNU-stack, "", @progbits
