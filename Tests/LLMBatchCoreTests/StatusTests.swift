import Testing

import LLMBatchCore

@Suite("Statuses and counts")
struct StatusTests {
    @Test("The status of a batch follows from its jobs")
    func combined() {
        #expect(BatchStatus.combined([]) == .draft)
        #expect(BatchStatus.combined([.draft, .draft]) == .draft)
        #expect(BatchStatus.combined([.draft, .completed]) == .submitting)
        #expect(BatchStatus.combined([.inProgress, .completed]) == .inProgress)
        #expect(BatchStatus.combined([.submitting, .inProgress]) == .submitting)
        #expect(BatchStatus.combined([.needsAttention, .inProgress]) == .inProgress)
        #expect(BatchStatus.combined([.needsAttention, .completed]) == .needsAttention)
        #expect(BatchStatus.combined([.completed, .completed]) == .completed)
        #expect(BatchStatus.combined([.completed, .expired]) == .expired)
        #expect(BatchStatus.combined([.completed, .failed]) == .completed)
        #expect(BatchStatus.combined([.failed, .failed]) == .failed)
        #expect(BatchStatus.combined([.cancelled, .expired, .failed]) == .cancelled)
    }

    @Test("Every status has a place in the order")
    func everyStatus() {
        for status in BatchStatus.allCases { #expect(BatchStatus.combined([status]) == status) }
    }

    @Test("Counts add up")
    func counts() {
        var counts = OutcomeCounts(requested: 10, ended: [.succeeded: 4, .missing: 1])
        #expect(counts.open == 5)
        #expect(counts.unsuccessful == 1)
        counts[.missing] = 0
        #expect(counts == OutcomeCounts(requested: 10, ended: [.succeeded: 4]))
        #expect((counts + counts).requested == 20)
    }
}
