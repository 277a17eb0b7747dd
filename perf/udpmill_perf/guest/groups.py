# SPDX-License-Identifier: MIT
"""To which part of the work a function of the kernel belongs, by its name. The
first line with a pattern that matches the whole name decides."""
import re
from functools import lru_cache

ENTRY, SOCKET, UDP, IP = 'system call entry', 'socket', 'udp', 'ip'
DEVICE, SOFTIRQ, SCHEDULER = 'device', 'softirq', 'scheduler and idle'
MEMORY, COPYING, NETFILTER = 'memory', 'copying', 'netfilter'
SECURITY, TIMERS = 'security', 'timers'
UDPMILL, OTHER = 'udpmill', 'other'

TABLE = (
    (COPYING, r'(__)?(mem(cpy|set|move|cmp)|copy_(to|from)_user).*'
              r'|_?_?copy_(from|to|user).*|rep_(movs|stos).*|csum_.*'
              r'|.*_iter(_full)?|skb_copy_datagram.*|copy_.*|clear_page.*'
              r'|__(get|put)_user.*|import_iovec|iov_iter_.*|.*iovec.*'
              r'|__skb_datagram_iter|clear_user.*|do_csum|strn?cpy.*'),
    (NETFILTER, r'nf_.*|nft_.*|__?nf_.*|nfnetlink.*|.*conntrack.*|ipv4_confirm'
                r'|.*_nf_.*|nf_hook_.*'),
    (SECURITY, r'security_.*|apparmor_.*|aa_.*|selinux_.*|avc_.*|smack_.*'
               r'|tomoyo_.*|cap_.*|landlock_.*|bpf_lsm_.*|.*seccomp.*|audit_.*'
               r'|__audit_.*|inode_permission|label_.*'),
    (UDP, r'_*(udp|udp4|udp6|udpv6|udplite)_.*|.*_udp_.*|__udp.*|udp.*'
          r'|compute_score|bpf_.*udp.*|.*udp_lib.*|reuseport_.*'),
    (IP, r'_*ip_.*|_*ip[46]_.*|_*ipv[46]_.*|_*ip6_.*|fib_.*|fib6_.*|rt6?_.*'
         r'|.*_route_.*|dst_.*|inet6?_.*|_*inet_.*|raw_.*|raw[46]_.*|icmp.*'
         r'|neigh_.*|arp_.*|ndisc_.*|.*_dst_.*|dst_output|skb_dst_.*'
         r'|find_exception|update_or_create_fnhe|.*fnhe.*|cipso_.*|.*rtable.*'),
    (TIMERS, r'.*timer.*|.*hrtimer.*|ktime_.*|clockevents_.*|tick_.*|.*jiffies'
             r'.*|.*clocksource.*|read_tsc|.*timekeep.*|timekeeping_.*|.*_tsc'
             r'|lapic_.*|.*clock_gettime.*|schedule_timeout.*|run_posix_.*'
             r'|.*itimer.*|timerqueue_.*|.*delay.*|getnstime.*|.*nanosleep.*'
             r'|vdso_.*|update_vsyscall.*|ntp_.*|calc_wheel.*|__ktime.*'),
    (SOFTIRQ, r'.*softirq.*|net_rx_action|net_tx_action|.*napi.*|.*backlog.*'
              r'|netif_rx.*|_*netif_receive.*|irq_.*|.*_irq_.*|.*interrupt.*'
              r'|__local_bh_.*|_?local_bh_.*|tasklet_.*|enqueue_to_.*'
              r'|rps_.*|.*rps_.*|get_rps_cpu|flush_.*backlog|dev_gro_.*'
              r'|net_rps_.*|_*apic_.*|handle_.*irq.*|.*_gro_.*|gro_.*'),
    (DEVICE, r'_*dev_.*|loopback_.*|veth_.*|br_.*|vxlan_.*|macvlan_.*|eth_.*'
             r'|_*netdev_.*|qdisc_.*|.*_qdisc.*|_*netif_.*|validate_xmit_.*'
             r'|skb_network_protocol|passthru_features_check|sch_.*'
             r'|noqueue_.*|pfifo_.*|fq_.*|harmonize_.*|packet_.*|tpacket_.*'
             r'|ethnl_.*|.*xmit.*|.*ptype.*|deliver_.*|udp_tunnel.*'
             r'|iptunnel_.*|__skb_flow_.*|skb_get_hash.*|.*_flow_(dissect|keys)'
             r'.*|flow_.*'),
    (SCHEDULER, r'_*schedule.*|.*_?sched_?.*|.*wake.*|.*_fair|.*_rq.*|.*idle.*'
                r'|.*vruntime.*|.*_entity|.*load_avg.*|.*wait.*|update_curr.*'
                r'|.*context_switch.*|finish_task_switch.*|__switch_to.*'
                r'|switch_.*|ep_.*|_*ep_.*|.*epoll.*|do_poll|do_sys_poll'
                r'|pick_.*|.*cfs_.*|.*futex.*|check_preempt.*|set_next.*'
                r'|put_prev.*|dequeue_.*|enqueue_.*|update_.*_clock|cpuacct_.*'
                r'|ttwu_.*|select_task.*|native_.*switch.*|psi_.*|rcu_.*'
                r'|__rcu_.*|.*qs_.*|default_idle.*|.*halt.*|cpu_.*'
                r'|prepare_to_.*|finish_.*|place_entity|resched_.*|.*rseq.*'
                r'|.*preempt.*|.*eevdf.*|avg_vruntime|.*_dl_.*|dl_.*|.*_se'
                r'|task_.*|.*mm_irqs_off|load_new_mm.*|.*fpu.*|sugov_.*'
                r'|__calc_delta|.*cgroup_.*|fpregs_.*|save_fpregs.*'
                r'|rb_(insert|erase|next|first|prev).*|__rb_.*|_*percpu_.*'),
    (MEMORY, r'_*k?v?m?alloc.*|_*kmalloc.*|_*k?free.*|kmem_.*|.*slab.*'
             r'|_*slub_.*|___?slab.*|get_page.*|.*_pages?(_.*)?|page_.*'
             r'|_*mod_.*state.*|.*memcg.*|mem_cgroup_.*|obj_cgroup_.*'
             r'|.*page_?pool.*|.*_frag|skb_free_.*|_*alloc_.*|.*_alloc(ate)?d?_?.*'
             r'|_*consume_.*|napi_.*skb.*|_*kfree_.*|skb_release_.*|skbuff_.*'
             r'|_*build_skb.*|__finalize_skb.*|set_.*freeptr|setup_object.*'
             r'|.*_fault.*|handle_mm.*|.*vma.*|.*_pte.*|mas_.*|mt_.*|folio_.*'
             r'|get_partial.*|put_cpu_partial.*|deactivate_.*|memzero.*'
             r'|sk_mem_.*|_*sk_mem_.*|.*_charge.*|.*uncharge.*|lru_.*'
             r'|do_user_addr_fault|exc_page_fault|asm_exc_page_fault|should_fail'
             r'alloc|___cache_free|___?slab_.*|discard_slab|.*partial.*'),
    (ENTRY, r'.*syscall.*|entry_.*|_*x64_sys_.*|_*se_sys_.*|_*do_sys_.*'
            r'|exit_to_.*|.*_to_user_mode.*|.*_from_user_mode.*|asm_.*'
            r'|sysvec_.*|error_.*|swapgs.*|ret_from_.*|common_interrupt.*'
            r'|.*entry_from.*|fentry.*|__fentry__|.*_return_thunk|__x86_.*'
            r'|.*indirect_thunk.*|signal_.*|.*signal.*|paranoid_.*|sync_regs'
            r'|ptregs_.*|get_signal|task_work_.*|arch_do_.*|do_signal.*'),
    (SOCKET, r'_*sock_.*|_*sys_(recv|send).*|sock.*|_*sk_.*|.*recvmsg.*'
             r'|.*sendmsg.*|.*recvmmsg.*|.*sendmmsg.*|_*skb_.*|datagram_.*'
             r'|_*fget.*|_*fput.*|_*fdget.*|fd.*|.*msghdr.*|.*cmsg.*'
             r'|move_addr_.*|_*scm_.*|lock_sock.*|release_sock.*|.*sockfd.*'
             r'|___sys_.*|__sys_.*|_*io_.*|.*io_uring.*|import_.*|.*sockaddr.*'
             r'|tx_.*timestamp.*|net_timestamp.*|sockaddr_.*|kernel_.*'
             r'|bpf_prog_run.*|___bpf_.*|.*zerocopy.*|.*busy_poll.*|.*poll.*'
             r'|vfs_.*|.*_rw_.*|.*memalloc.*|unmask.*|wsum.*'),
)
GROUPS = tuple(dict.fromkeys([ENTRY, SOCKET, UDP, IP, DEVICE, SOFTIRQ,
                              SCHEDULER, MEMORY, COPYING, NETFILTER, SECURITY,
                              TIMERS, UDPMILL, OTHER]))
COMPILED = tuple((group, re.compile(pattern)) for group, pattern in TABLE)


@lru_cache(maxsize=None)
def group_of(name):
    """The group of a function of the kernel."""
    for group, pattern in COMPILED:
        if pattern.fullmatch(name):
            return group
    return OTHER
