/// A simulated service that keeps its jobs in a table. This gives it the operations for tests.
protocol TableService: SimulatedService, Actor {
    /// Its jobs.
    var table: JobTable { get set }
    /// Its script, with counts.
    var scriptState: ScriptHolder { get }
    /// Creates the results of a job that ends.
    ///
    /// - Parameter job: The job as it was before.
    func end(_ job: SimulatedBatchState, in status: String)
}

extension TableService {
    /// The script in force.
    var script: SimulatorScript { scriptState.script }

    func jobs() -> [SimulatedBatch] { table.jobs.map(\.publicView) }

    func forget(_ id: String) -> Bool { table.forget(id) }

    func force(_ id: String, to status: String) -> Bool {
        var ending: (SimulatedBatchState, String)?
        let isThere = table.force(id, to: status, script: script) { ending = ($0, $1) }
        if let ending { end(ending.0, in: ending.1) }
        return isThere
    }
}
