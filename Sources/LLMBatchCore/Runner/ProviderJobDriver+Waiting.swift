extension ProviderJobDriver {
    /// Reports what an action waits for on the board.
    func show(_ action: ProviderJobAction, _ state: ProviderJobState) {
        switch action {
        case .upload(_, let pause), .collect(let pause), .poll(let pause), .lookAgain(let pause):
            show(pause, state, triesAtMost: lifecycle.maximumFailures)
        case .reconcile(let pause): show(pause, state, triesAtMost: lifecycle.maximumFailures)
        case .beginAgain(let pause): show(pause, state, triesAtMost: lifecycle.maximumTries)
        case .create, .cancelRemote, .answer, .stop: waitBoard?.end(job.id)
        }
    }

    private func show(_ pause: Pause, _ state: ProviderJobState, triesAtMost: Int) {
        func begin(_ kind: ProviderJobWait.Kind, _ duration: Duration) {
            let reason = kind == .poll ? nil : kind == .queueFull ? state.queueFull ?? state.failure : state.failure
            waitBoard?.begin(job.id, kind, reason: reason, now: clock.now(), for: duration)
        }
        switch pause {
        case .none: waitBoard?.end(job.id)
        case .poll(let number):
            begin(.poll, min(pacing.firstPoll * (1 << min(max(0, number - 1), 20)), pacing.longestPoll))
        case .backoff(let failure, let atLeast):
            let doubled = pacing.firstBackoff * (1 << min(max(failure - 1, 0), 20))
            begin(
                .retry(failure, of: triesAtMost), max(min(doubled, pacing.longestBackoff), atLeast ?? .zero))
        case .reconcile: begin(.search, pacing.reconcile)
        case .look(let number, let date): begin(.poll, left(of: number, since: date))
        case .queueFull: begin(.queueFull, pacing.queueFull)
        }
    }
}
