/// The jobs that a simulated service holds, and how the script moves them through their life; what they look like on the
/// wire is the service's affair.
struct JobTable {
    private(set) var jobs: [SimulatedBatchState] = []
    private var lastNumber = 0

    /// What a look at a job gives.
    enum Look {
        case job(SimulatedBatchState)
        /// There is none, or the script hides it still.
        case notFound
    }

    /// A new number, unique in this table.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Takes a job in, in the first of the script's statuses.
    mutating func add(_ job: SimulatedBatchState, script: SimulatorScript) -> SimulatedBatchState {
        var job = job
        job.status = ""
        job.createdAt += script.clockSkew
        job.move(to: script.statuses.first ?? "in_progress")
        jobs.append(job)
        return job
    }

    /// Shows a job and moves it one status on; `end` makes its results when the status is final.
    mutating func look(at id: String, script: SimulatorScript, end: (SimulatedBatchState, String) -> Void) -> Look {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return .notFound }
        if jobs[place].getsRefused < script.getRace {
            jobs[place].getsRefused += 1
            return .notFound
        }
        move(at: place, to: jobs[place].nextStatus(script), end: end)
        return .job(jobs[place])
    }

    /// The jobs that a listing shows, in the script's order; a first page counts for its lag.
    mutating func listed(script: SimulatorScript, isFirstPage: Bool) -> [SimulatedBatchState] {
        let shown = jobs.filter { $0.listingsMissed >= script.listLag }
        if isFirstPage { for place in jobs.indices { jobs[place].listingsMissed += 1 } }
        return Self.arranged(shown, script)
    }

    /// Jobs that are given oldest first as a listing shows them, with those of others among them.
    static func arranged(_ jobs: [SimulatedBatchState], _ script: SimulatorScript) -> [SimulatedBatchState] {
        let strangers = script.strangers.enumerated().map { SimulatedBatchState.stranger($0.offset, age: $0.element) }
        return script.listOrder.arranged((strangers + jobs).sorted { $0.createdAt < $1.createdAt })
    }

    /// Moves every job one status on, as time does.
    mutating func advance(script: SimulatorScript, end: (SimulatedBatchState, String) -> Void) {
        for place in jobs.indices { move(at: place, to: jobs[place].nextStatus(script), end: end) }
    }

    /// Asks for a job's end; nil when there is none, and the job as it is when it has ended.
    mutating func cancel(_ id: String) -> SimulatedBatchState? {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return nil }
        if !FinalStatus.all.contains(jobs[place].status) { jobs[place].move(to: "cancelling") }
        return jobs[place]
    }

    /// Puts a job into a status by hand; false when there is none.
    mutating func force(
        _ id: String, to status: String, script: SimulatorScript, end: (SimulatedBatchState, String) -> Void
    )
        -> Bool
    {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return false }
        jobs[place].step = script.statuses.firstIndex(of: status) ?? jobs[place].step
        move(at: place, to: status, end: end)
        return true
    }

    /// Changes what is kept of a job.
    mutating func change(_ id: String, _ body: (inout SimulatedBatchState) -> Void) {
        if let place = jobs.firstIndex(where: { $0.id == id }) { body(&jobs[place]) }
    }

    /// Forgets a job; false when there is none.
    mutating func forget(_ id: String) -> Bool {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return false }
        jobs.remove(at: place)
        return true
    }

    private mutating func move(at place: Int, to status: String, end: (SimulatedBatchState, String) -> Void) {
        guard jobs[place].status != status else { return }
        let before = jobs[place]
        jobs[place].move(to: status)
        if FinalStatus.all.contains(status) { end(before, status) }
    }
}
