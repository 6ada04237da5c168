import Foundation

/// What a simulated service works with: its jobs and files, the script, and the ledger.
final class ServiceStore {
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var jobs = JobTable()
    var files = FileTable()
    private var lastNumber = 0

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    /// The script in force.
    var script: SimulatorScript { scriptState.script }

    /// Returns a new number, unique in this simulator, for an id.
    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// A new number with leading zeros.
    func nextNumber(digits: Int) -> String {
        let number = String(nextNumber())
        return String(repeating: "0", count: max(0, digits - number.count)) + number
    }

    /// Counts an accepted create; true when the script wants it to fail because the queue is full.
    func queueIsFull() -> Bool { scriptState.change { $0.createIsTokenLimited() } }

    /// Records a complete upload in the ledger.
    func record(_ file: SimulatedFile, lifetime: Int? = nil) {
        ledger.recordUpload(
            LedgerUpload(
                fileID: file.id, filename: file.filename, purpose: file.purpose, size: file.bytes.count,
                sha256: Fingerprint.sha256(file.bytes), expiresAfterSeconds: lifetime))
    }

    /// Stores a complete upload and records it in the ledger.
    func keep(upload file: SimulatedFile, lifetime: Int? = nil) {
        files.add(file)
        record(file, lifetime: lifetime)
    }
}
