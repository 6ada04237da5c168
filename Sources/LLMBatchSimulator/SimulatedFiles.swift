public import Foundation

/// What a batch is about to end with, open to change by the script before any client sees it.
public struct SimulatedFiles: Sendable {
    /// The batch as it was before it ended.
    public let batch: SimulatedBatch
    /// The status the batch ends in.
    public var status: String
    /// The output file's bytes; nil means no file and a null `output_file_id`.
    public var output: Data?
    /// The error file's bytes; nil means no file. Empty data means a file of no bytes.
    public var error: Data?
    /// What `error_file_id` says when there is no error file: nil for null, or a text such as the empty one.
    public var absentErrorFileID: String?
    /// The counts reported; nil for null.
    public var counts: SimulatedCounts?

    /// The output file as lines without their newlines; setting it ends every line with a newline.
    public var outputLines: [Data] {
        get { Lines.split(output ?? Data()).map { Data($0) } }
        set { output = Lines.join(newValue) }
    }

    /// The error file as lines without their newlines; setting it ends every line with a newline.
    public var errorLines: [Data] {
        get { Lines.split(error ?? Data()).map { Data($0) } }
        set { error = Lines.join(newValue) }
    }
}
