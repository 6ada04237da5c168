/// The jobs of a simulated service, and how the script moves them through their statuses. Their wire format is up to
/// the service.
struct JobTable {
    private(set) var jobs: [SimulatedBatchState] = []
    private var lastNumber = 0

    /// The result of looking up a job.
    enum Look {
        case job(SimulatedBatchState)
        /// The job does not exist, or the script still hides it.
        case notFound
    }

    /// Returns a new number, unique in this table.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Adds a job in the script's first status.
    mutating func add(_ job: SimulatedBatchState, script: SimulatorScript) -> SimulatedBatchState {
        var job = job
        job.status = ""
        job.createdAt += script.clockSkew
        job.move(to: script.statuses.first ?? "in_progress")
        jobs.append(job)
        return job
    }

    /// Returns a job and advances its status; `end` creates its results if the new status is final.
    mutating func look(at id: String, script: SimulatorScript, end: (SimulatedBatchState, String) -> Void) -> Look {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return .notFound }
        if jobs[place].getsRefused < script.getRace {
            jobs[place].getsRefused += 1
            return .notFound
        }
        move(at: place, to: jobs[place].nextStatus(script), end: end)
        return .job(jobs[place])
    }

    /// The jobs that a listing shows, in the script's order. A first page counts towards the listing lag.
    mutating func listed(script: SimulatorScript, isFirstPage: Bool) -> [SimulatedBatchState] {
        let shown = jobs.filter { $0.listingsMissed >= script.listLag }
        if isFirstPage { for place in jobs.indices { jobs[place].listingsMissed += 1 } }
        return Self.arranged(shown, script)
    }

    /// Jobs, given oldest first, in the order of a listing, together with those of other users.
    static func arranged(_ jobs: [SimulatedBatchState], _ script: SimulatorScript) -> [SimulatedBatchState] {
        let strangers = script.strangers.enumerated().map { SimulatedBatchState.stranger($0.offset, age: $0.element) }
        return script.listOrder.arranged((strangers + jobs).sorted { $0.createdAt < $1.createdAt })
    }

    /// Advances every job by one status, as time would.
    mutating func advance(script: SimulatorScript, end: (SimulatedBatchState, String) -> Void) {
        for place in jobs.indices { move(at: place, to: jobs[place].nextStatus(script), end: end) }
    }

    /// Starts to cancel a job. Returns nil if the job does not exist, and the unchanged job if it has ended.
    mutating func cancel(_ id: String) -> SimulatedBatchState? {
        guard let place = jobs.firstIndex(where: { $0.id == id }) else { return nil }
        if !FinalStatus.all.contains(jobs[place].status) { jobs[place].move(to: "cancelling") }
        return jobs[place]
    }

    /// Sets a job's status; false when there is no such job.
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

    /// Changes what is stored about a job.
    mutating func change(_ id: String, _ body: (inout SimulatedBatchState) -> Void) {
        if let place = jobs.firstIndex(where: { $0.id == id }) { body(&jobs[place]) }
    }

    /// Removes a job; false when there is no such job.
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
