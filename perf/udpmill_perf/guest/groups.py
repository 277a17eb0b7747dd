# SPDX-License-Identifier: MIT
"""To which part of the work a function of the kernel belongs, by its name."""
import re
from functools import lru_cache

ENTRY, SOCKET, UDP, IP = 'system call entry', 'socket', 'udp', 'ip'
DEVICE, SOFTIRQ, SCHEDULER = 'device', 'softirq', 'scheduler and idle'
MEMORY, COPYING, NETFILTER = 'memory', 'copying', 'netfilter'
SECURITY, TIMERS, LOCKING = 'security', 'timers', 'locking'
UDPMILL, OTHER = 'udpmill', 'other'
SERVER = 'server'  # user code of a server that is not udpmill's

# Names without underscores at their beginning, * for any characters. The first
# line that matches decides, so that what is more special comes first.
TABLE = (
    (SECURITY, 'security_* apparmor_* aa_* selinux_* selnl_* sel_* avc_* '
     'smack_* tomoyo_* landlock_* bpf_lsm_* lsm_* cap_* label_* seccomp_* '
     '*_seccomp* audit_* begin_current_label* cipso_* netlbl_*'),
    (NETFILTER, 'nf_* nft_* nfnetlink_* *conntrack* ipv4_confirm ipv4_helper '
     'ipt_* xt_*'),
    (LOCKING, 'raw_spin_* raw_read_* raw_write_* spin_* mutex_* down_* up_* '
     'rwsem_* rcu_read_* srcu_read_* lock_sock* release_sock queued_spin_* '
     'native_queued_* pv_queued_* percpu_* rt_mutex_* osq_* lockref_* '
     'refcount_*'),
    (UDP, 'udp_* udp4_* udp6_* udpv6_* udplite_* compute_score *udp_lib_* '
     'lookup_reuseport reuseport_* first_packet_length skb_recv_udp '
     'skb_consume_udp *_udp_gso* bpf_sk_lookup_run* ipv4_pktinfo_prepare '
     'ip_cmsg_send'),
    (COPYING, 'copy_* memcpy* memmove* memset* memcmp* clear_user* '
     'clear_page_* rep_movs* rep_stos* csum_* do_csum check_object_size '
     'check_heap_object check_stack_object virt_addr_valid is_vmalloc_addr '
     'get_user_* put_user_* iov_iter_* *iovec* import_ubuf '
     'import_single_range skb_copy_datagram_* skb_datagram_iter '
     'skb_copy_and_csum_* simple_copy_to_iter check_copy_size strncpy_* '
     'fault_in_* usercopy_*'),
    (IP, 'ip_* ip4_* ip6_* ipv4_* ipv6_* fib_* fib4_* fib6_* rt_* rt6_* '
     'dst_* *_dst_* skb_dst_* inet_* inet6_* raw_* raw6_* icmp* neigh_* '
     'arp_* ndisc_* nud_* find_exception xfrm_* xfrm4_* xfrm6_* siphash_* '
     'lwtunnel_* addrconf_* l3mdev_* nexthop_* update_or_create_fnhe gre_* '
     'ipgre_*'),
    (TIMERS, '*timer* ktime_* clockevents_* tick_* *jiffies* *clocksource* '
     'read_tsc *timekeep* lapic_* hpet_* kvm_clock_* schedule_timeout '
     'schedule_timeout_* schedule_hrtimeout* process_timeout run_posix_cpu_* '
     '*clock_gettime* ntp_* calc_wheel_index update_vsyscall* '
     'update_process_times update_wall_time calc_global_load* '
     'account_*_time* account_process_tick account_system_index_time '
     'acct_account_cputime cpuacct_* profile_tick perf_event_task_tick '
     'rcu_sched_clock_irq scheduler_tick sched_tick task_tick_* '
     'get_timespec* ns_to_* detach_if_pending vdso_* irq_work_* hrtick_* '
     'arch_scale_freq_tick'),
    (SOFTIRQ, '*softirq* softirqs_* net_rx_action net_tx_action *napi* '
     '*backlog* netif_rx* netif_receive_skb* *_irq_exit* irq_exit* '
     'irq_enter* local_bh_* tasklet_* enqueue_to_* rps_* *get_rps_cpu '
     'handle_*_irq handle_irq_* do_irq *_gro_* gro_* net_rps_* skb_defer_* '
     'native_apic_* apic_* common_interrupt*'),
    (DEVICE, 'dev_* loopback_* veth_* br_* nbp_* vxlan_* macvlan_* eth_* '
     'netdev* qdisc_* *_qdisc* netif_* validate_xmit_* skb_network_protocol '
     'passthru_features_check sch_* noqueue_* pfifo_* fq_* harmonize_* '
     'packet_* tpacket_* *_xmit* xmit_* deliver_skb deliver_ptype* '
     'udp_tunnel* iptunnel_* skb_flow_* skb_get_hash* flow_* skb_tx_* tc_* '
     'tcf_* cls_* generic_xdp* do_xdp_* bpf_prog_run_* ptype_* skb_vlan_* '
     'fdb_* stp_* llc_* ethtool_* skb_gso_* skb_mac_gso_* '
     'skb_udp_tunnel_* gso_* tun_*'),
    (MEMORY, '*kmalloc* *kvmalloc* *vmalloc* *kfree* kmem_cache_* *slab* '
     '*slub* *_page *_pages *_page_* *_pages_* page_* pages_* mod_*_state* '
     '*memcg* mem_cgroup_* get_mem_cgroup* obj_cgroup_* *page_pool* *_frag '
     'skb_free_* skb_release_* alloc_* *_alloc *_alloc_* consume_skb '
     'consume_stateless* kfree_skb* build_skb* skb_page_frag* '
     'finalize_skb* setup_object* *_fault *_fault_* exc_page_fault '
     'handle_mm_* *vma* *_pte* mas_* mt_* mtree_* folio_* pgd_* p4d_* pud_* '
     'pmd_* pfn_* put_cpu_partial get_partial* *unfreeze_partials* '
     'deactivate_* sk_mem_* sk_*memory* *_charge* *uncharge* lru_* '
     'should_fail* cache_from_obj cmpxchg_double_* mempolicy_* policy_node* '
     'free_* memzero_* skbuff_* kasan_* get_random_freelist '
     'sock_alloc_send_* sock_wmalloc sock_omalloc sock_kmalloc '
     'blkcg_maybe_* blk_cgroup_congested first_zones_* next_zones_* zone_* '
     'vm_* mm_* add_mm_counter* rmqueue* set_page* try_charge* drain_* '
     'refill_* mmput get_task_mm tlb_* flush_tlb_* mmap_* do_mmap* '
     'do_munmap* unmap_* do_madvise* madvise_*'),
    (ENTRY, '*syscall* entry_* x64_sys_* ia32_sys_* se_sys_* do_sys_* '
     'exit_to_* *_to_user_mode* *_from_user_mode* irqentry_* asm_* sysvec_* '
     'error_entry error_return swapgs_* paranoid_* sync_regs fentry* '
     '*_return_thunk x86_*_thunk* *indirect_thunk* restore_regs_and_* '
     'native_irq_return_* fred_* ret_from_* task_work_* arch_do_signal* '
     'get_signal do_sigtimedwait *sigpending dequeue_signal '
     'set_task_blocked getrusage *cputime* *rlimit*'),
    (SCHEDULER, 'schedule schedule_* *sched_* preempt_schedule* *wake_up* '
     '*wakeup* *wake_function wake_* *_fair *_entity *_entity_* *load_avg* '
     '*_rq *_rq_* *idle* *vruntime* update_curr* context_switch* '
     'finish_task_* switch_* *switch_to* *task_switch* ep_* *epoll* '
     'eventpoll_* poll_* do_poll *_poll pick_* *cfs_* *futex* '
     'check_preempt* set_next_* put_prev_* enqueue_* dequeue_* ttwu_* '
     'select_task* psi_* rcu_* note_gp_* qs_* *halt* cpu_* prepare_to_* '
     'finish_wait* *_wait *_wait_* wait_* place_* resched_* cond_resched* '
     '*rseq* *preempt* *eevdf* *_dl_* dl_* *_se *_se_* load_new_mm* *_fpu* '
     'fpu_* fpregs_* *fpregs* calc_delta* clear_buddies check_spread rb_* '
     'native_tss_* native_load_tls native_sched_* local_clock* cr4_update_* '
     '*gsbase_* *fsbase* switch_ldt amd_clear_* record_times '
     'invalidate_user_asid xfd_* avg_* set_task_cpu trigger_load_* '
     'kthread_* update_min_* cgroup_* css_* sugov_* cpufreq_* '
     'init_entity_* reweight_* core_* vtime_* acct_* enter_lazy_tlb '
     'migrate_* choose_new_asid task_* propagate_* attach_* detach_* '
     'mwait_* acpi_idle* acpi_processor_* menu_* haltpoll_* tsc_* io_wq* '
     'list_del_leaf_*'),
    (SOCKET, 'sys_recv* sys_send* sys_socket* sk_* *recvmsg* *sendmsg* '
     '*recvmmsg* *sendmmsg* *sockopt* sock* skb_* datagram_* fget* fput* '
     'fdget* *_fget* *msghdr* *cmsg* move_addr_* scm_* io_* *io_uring* '
     'net_* *zerocopy* kernel_recv* kernel_send* receiver_* '
     'tx_timestamp* compat_* xdp_* bpf_* sys_* vfs_* req_* tctx_*'),
)
GROUPS = (ENTRY, SOCKET, UDP, IP, DEVICE, SOFTIRQ, SCHEDULER, MEMORY, COPYING,
          NETFILTER, SECURITY, TIMERS, LOCKING, UDPMILL, SERVER, OTHER)


def compiled(patterns):
    return re.compile('|'.join(re.escape(word).replace(r'\*', '.*')
                               for word in patterns.split()))


COMPILED = tuple((group, compiled(patterns)) for group, patterns in TABLE)


@lru_cache(maxsize=None)
def group_of(name):
    """The group of a function of the kernel."""
    bare = name.lstrip('_')
    for group, pattern in COMPILED:
        if pattern.fullmatch(bare):
            return group
    return OTHER
