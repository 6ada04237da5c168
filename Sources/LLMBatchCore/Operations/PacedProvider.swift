/// A batch provider that is polled at an interval chosen by the caller.
struct PacedProvider: WrappingProvider {
    let wrapped: any BatchProvider
    let pacing: Pacing

    init(_ wrapped: any BatchProvider, every interval: Duration) {
        self.wrapped = wrapped
        var pacing = wrapped.pacing
        pacing.firstPoll = interval
        pacing.longestPoll = interval
        self.pacing = pacing
    }
}
