/* SPDX-License-Identifier: MIT */
/*
 * The scenarios on a bare machine, for qemu-system-x86_64 -kernel, and those
 * that a program cannot have: interrupts and faults. Before and after each, the
 * time stamp counter is read, which counts instructions under -icount shift=0.
 *
 * QEMU loads this file as it is, by the addresses in the multiboot header, so
 * the whole of it is one segment.
 */
#define TABLES  0x200000 /* three pages for page tables, each of 4 KiB */
#define RESULTS 0xe9     /* isa-debugcon */
#define EXIT    0xf4     /* isa-debug-exit */
#define NOWHERE 0x60000000 /* twice this is not mapped */

	.macro mark code
	.byte 0x0f, 0x1f, 0x84, 0x00
	.long 0x75646d00 + \code
	.endm

	.text
	.globl begin
begin:
	.balign 4
header:
	.long 0x1badb002
	.long 0x00010000
	.long -(0x1badb002 + 0x00010000)
	.long header, begin, 0, 0, _start

	.code32
	.globl _start
_start:
	cli
	mov $TABLES, %edi
	xor %eax, %eax
	mov $0xc00, %ecx
	rep stosl
	/* The first GiB, in pages of 2 MiB. */
	movl $TABLES + 0x1003, TABLES
	movl $TABLES + 0x2003, TABLES + 0x1000
	mov $TABLES + 0x2000, %edi
	mov $0x83, %eax
	mov $512, %ecx
1:	mov %eax, (%edi)
	add $0x200000, %eax
	add $8, %edi
	loop 1b
	mov %cr4, %eax
	or $0x20, %eax
	mov %eax, %cr4
	mov $TABLES, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx
	rdmsr
	or $0x100, %eax
	wrmsr
	mov %cr0, %eax
	or $0x80000001, %eax
	mov %eax, %cr0
	lgdt gdt_at
	ljmp $8, $long_mode

	.code64
long_mode:
	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $stack_ends, %rsp
	call set_interrupts

	.macro timed scenario
	rdtsc
	mov %eax, %r12d
	call \scenario
	rdtsc
	sub %r12d, %eax
	call send
	.endm

	timed nothing
	timed loops
	timed strings
	timed calls
	timed tasks
	timed crossing
	timed confused
	timed interrupted
	timed faulty
	xor %eax, %eax
	out %al, $EXIT
1:	hlt
	jmp 1b

/* Sends %eax, lowest byte first. */
send:
	mov $4, %ecx
1:	out %al, $RESULTS
	shr $8, %eax
	loop 1b
	ret

/* A timer that interrupts every 20 us, and the fault of a missing page. */
set_interrupts:
	mov $idt + 16 * 0x20, %edi
	mov $on_timer, %eax
	call set_gate
	mov $idt + 16 * 14, %edi
	mov $on_fault, %eax
	call set_gate
	lidt idt_at
	mov $pic, %esi
1:	movzwl (%rsi), %edx
	mov 2(%rsi), %al
	out %al, (%dx)
	add $3, %esi
	cmp $pic_ends, %esi
	jne 1b
	ret

set_gate:
	mov %ax, (%rdi)
	shr $16, %eax
	mov %ax, 6(%rdi)
	movl $0x8e000008, %eax
	mov %ax, 2(%rdi)
	shr $16, %eax
	mov %ax, 4(%rdi)
	ret

/* Itself with a string instruction, and at another address than the one that it
 * interrupts. */
	.globl on_timer
on_timer:
	push %rax
	push %rcx
	push %rdi
	mov $noise, %edi
	mov $5, %ecx
	rep stosb
	mov $0x20, %al
	out %al, $0x20
	pop %rdi
	pop %rcx
	pop %rax
	iretq

/* Goes on after the instruction, which has 3 bytes. */
	.globl on_fault
on_fault:
	add $8, %rsp
	addq $3, (%rsp)
	iretq

/* A string instruction that interrupts stop at many of its iterations. */
	.globl interrupted
interrupted:
	mark 0x01
	mark 0x10
	mark 0x11
	mov $0x400000, %edi
	mov $1000000, %ecx
	sti
	nop /* until which no interrupt comes */
	.globl long_store
long_store:
	rep stosb
	cli
	mark 0x12
	mark 0x02
	ret

/* Ten blocks, each left by a fault at its second instruction of six, and gone on
 * with at its third. */
	.globl faulty
faulty:
	mark 0x01
	mark 0x10
	mark 0x11
	mov $NOWHERE, %esi
	mov $10, %ecx
	jmp 1f
1:	nop
	mov (%rsi,%rsi), %eax
	nop
	nop
	dec %ecx
	jnz 1b
	mark 0x12
	mark 0x02
	ret

	.balign 8
gdt:	.quad 0
	.quad 0x00af9a000000ffff
	.quad 0x00cf92000000ffff
gdt_at:
	.word 23
	.long gdt, 0
idt_at:
	.word 16 * 0x21 - 1
	.quad idt

/* Ports and what is written to them: the interrupts of the PIC from 0x20 on, the
 * timer's only; the timer's divisor is 24. */
pic:
	.macro port number, value
	.word \number
	.byte \value
	.endm
	port 0x20, 0x11
	port 0x21, 0x20
	port 0x21, 0x04
	port 0x21, 0x01
	port 0xa0, 0x11
	port 0xa1, 0x28
	port 0xa1, 0x02
	port 0xa1, 0x01
	port 0x21, 0xfe
	port 0xa1, 0xff
	port 0x43, 0x34
	port 0x40, 24
	port 0x40, 0
pic_ends:

	.balign 16
idt:	.fill 16 * 0x21, 1, 0
noise:	.quad 0
	.fill 4096, 1, 0
stack_ends:

	.section .note.GNU-stack, "", @progbits
