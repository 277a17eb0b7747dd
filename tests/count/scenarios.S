/* SPDX-License-Identifier: MIT */
/*
 * Workloads of which plugin.py knows each instruction, for a program and for a
 * bare machine alike. Each is a function; what is counted ends with the mark
 * that ends the window, which is in it.
 */
	.macro mark code
	.byte 0x0f, 0x1f, 0x84, 0x00
	.long 0x75646d00 + \code
	.endm

#define BEGINS 0x01
#define ENDS   0x02
#define MARK   0x10

	.text

/* Nothing between the marks. */
	.globl nothing
nothing:
	mark BEGINS
	mark MARK
	mark MARK + 1
	mark MARK + 2
	mark ENDS
	ret

/* 1 + 2 * 1000, then 1 + 2 * 2000 instructions. */
	.globl loops
loops:
	mark BEGINS
	mark MARK
	mov $1000, %ecx
1:	dec %ecx
	jnz 1b
	mark MARK + 1
	mov $2000, %ecx
1:	dec %ecx
	jnz 1b
	mark MARK + 2
	mark ENDS
	ret

/* 100 iterations, then 50, none, and the 21 after which two texts differ. */
	.globl strings
strings:
	cld
	mark BEGINS
	mark MARK
	lea here(%rip), %rsi
	lea there(%rip), %rdi
	mov $100, %ecx
	.globl copy
copy:	rep movsb
	mark MARK + 1
	lea there(%rip), %rdi
	mov $50, %ecx
	xor %eax, %eax
	.globl store
store:	rep stosl
	mov $0, %ecx
	.globl none
none:	rep movsb
	lea same(%rip), %rsi
	lea same_but_one(%rip), %rdi
	mov $100, %ecx
	nop
	jmp 1f
1:
	.globl differ
differ:	repe cmpsb
	nop
	pause /* has the prefix, and is no string */
	mark MARK + 2
	mark ENDS
	ret

/* 7 and 14 calls. */
	.globl calls
calls:
	mark BEGINS
	mark MARK
	mov $7, %ebx
1:	call called
	dec %ebx
	jnz 1b
	mark MARK + 1
	mov $14, %ebx
1:	call called
	dec %ebx
	jnz 1b
	mark MARK + 2
	mark ENDS
	ret

	.globl called
called:
	xor %eax, %eax
	add $2, %eax
	jz 1f
	nop
1:	ret

/* As Linux does it: from the task of %rdi to that of %rsi. */
#define SAVED 0x1b58

	.globl switch_to
switch_to:
	push %rbp
	mov %rsp, SAVED(%rdi)
	mov SAVED(%rsi), %rsp
	pop %rbp
	ret

/* Task two executes 2 * %ebx instructions before it switches back. */
two:
	mov %ebx, %ecx
1:	dec %ecx
	jnz 1b
	lea task_two - SAVED(%rip), %rdi
	lea task_one - SAVED(%rip), %rsi
	call switch_to
	jmp two

	.globl tasks
tasks:
	lea two(%rip), %rax
	mov %rax, stack_two_ends - 8(%rip)
	lea stack_two_ends - 16(%rip), %rax
	mov %rax, task_two(%rip)
	mark BEGINS
	mark MARK
	mov $100, %ebx
	call to_two
	mark MARK + 1
	mov $300, %ebx
	call to_two
	call to_two
	mark MARK + 2
	mark ENDS
	ret

to_two:
	lea task_one - SAVED(%rip), %rdi
	lea task_two - SAVED(%rip), %rsi
	jmp switch_to

/* The third of the loop's instructions lies on two pages, so that its block has
 * to end before it. 4 + 5 * 100 and 4 + 5 * 200 instructions. */
	.globl crossing
crossing:
	mark BEGINS
	mark MARK
	mov $100, %ecx
	call two_pages
	mark MARK + 1
	mov $200, %ecx
	call two_pages
	mark MARK + 2
	mark ENDS
	ret

	.balign 4096
	.skip 4096 - 4
two_pages:
	nop
	nop
	mov $0x12345678, %eax
	dec %ecx
	jnz two_pages
	ret

/* Marks in the wrong order, and too few. */
	.globl confused
confused:
	mark MARK
	mark BEGINS
	mark MARK
	mark MARK + 2
	mark MARK + 1
	mark ENDS
	mark BEGINS
	mark MARK
	mark MARK + 1
	mark ENDS
	ret

	.data
	.balign 16
here:	.fill 256, 1, 'a'
there:	.fill 256, 1, 'b'
same:	.fill 100, 1, 'c'
same_but_one:
	.fill 20, 1, 'c'
	.fill 80, 1, 'd'
	.balign 16
task_one:
	.quad 0
task_two:
	.quad 0
	.fill 512
stack_two_ends:

	.section .note.GNU-stack, "", @progbits
