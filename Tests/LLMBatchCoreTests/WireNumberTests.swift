import Foundation
import LLMBatchCore
import Testing

/// Numbers that somebody else wrote: read, or passed over, and never the end of the process.
@Suite struct WireNumberTests {
    @Test(
        "A count is read in every notation",
        arguments: [
            ("12", 12), (#""12""#, 12), (#"" 12 ""#, 12), ("12.0", 12), ("12.7", 12), ("1e3", 1000), ("0", 0),
            ("-0.0", 0),
            ("1000000000", 1_000_000_000),
        ])
    func aCountIsReadHoweverItIsWritten(_ written: String, _ count: Int) throws {
        #expect(try object(written).count("n") == count)
    }

    @Test(
        "A value that is not a count is read as nil",
        arguments: [
            "-1", "-0.5", "1e400", "-1e400", "1e19", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808",
            "1000000001", "99999999999999999999999999999999", #""NaN""#, #""inf""#, #""-inf""#, #""""#, #""twelve""#,
            "null", "true", "[1]", #"{"n":1}"#,
        ])
    func whatIsNoCountIsNil(_ written: String) throws {
        #expect(try object(written).count("n") == nil)
        #expect(try object(written).status("n") == nil)
    }

    @Test("Only an HTTP status is read as a status")
    func aStatusIsOneOfHTTP() throws {
        #expect(try object("200").status("n") == 200 && object(#""599""#).status("n") == 599)
        for written in ["0", "99", "600", "2000", "-200"] { #expect(try object(written).status("n") == nil) }
    }

    @Test("A size may be larger than a count")
    func aSizeMayBeLargerThanACount() throws {
        #expect(try object("5000000000000").size("n") == 5_000_000_000_000)
        #expect(try object("5000000000000").count("n") == nil)
        #expect(try object("1125899906842625").size("n") == nil)
    }

    @Test(
        "A time is read in any unit",
        arguments: [
            "1700000000", #""1700000000""#, "1700000000.0", "1.7e9", "1700000000000", "1700000000000000",
            "1700000000000000000", #""2023-11-14T22:13:20Z""#, #""2023-11-14T22:13:20.000Z""#,
            #""2023-11-14T23:13:20+01:00""#,
        ])
    func aTimeIsReadInAnyUnit(_ written: String) throws {
        #expect(try object(written).date("n") == Date(timeIntervalSince1970: 1_700_000_000))
    }

    @Test(
        "An implausible time is read as nil",
        arguments: [
            "0", "-1", "1", "946684799", "7258118400", "9223372036854775807", "-9223372036854775808", "1e300", "1e400",
            #""NaN""#, #""""#, #""soon""#, "null", "true", #""0001-01-01T00:00:00Z""#, #""9999-12-31T23:59:59Z""#,
        ])
    func aTimeThatNoJobCanHaveIsNil(_ written: String) throws {
        #expect(try object(written).date("n") == nil)
    }

    @Test("A wait is capped at one hour")
    func aWaitEndsAtAnHour() {
        #expect(WireNumber.wait("2") == .seconds(2) && WireNumber.wait("1500", perSecond: 1000) == .milliseconds(1500))
        #expect(WireNumber.wait("1e400") == .seconds(3600) && WireNumber.wait("9223372036854775807") == .seconds(3600))
        for text in ["-1", "nan", "", "soon"] { #expect(WireNumber.wait(text) == nil) }
    }

    @Test("Invalid counters are not compared")
    func countersThatAreNoneAreNotCompared() throws {
        func counts(_ text: String) throws -> RemoteJob.ReportedCounts? {
            RemoteJob.ReportedCounts(
                try JSONObject(Array(text.utf8)), total: "t", completed: "c", failed: "f", "g")
        }
        #expect(
            try counts(#"{"t":9,"c":"4","f":2,"g":3}"#)
                == RemoteJob.ReportedCounts(total: 9, completed: 4, failed: 5))
        #expect(try counts(#"{"t":9,"c":null}"#) == RemoteJob.ReportedCounts(total: 9, completed: 0, failed: 0))
        #expect(try counts(#"{"t":9,"c":9223372036854775807,"f":1}"#) == nil)
        #expect(try counts(#"{"t":9,"c":1,"f":-1}"#) == nil && counts(#"{"c":1}"#) == nil)
    }

    @Test("Sums are clamped to their range")
    func sumsStopAtTheEndOfTheirRange() {
        #expect(Int.max.addingClamped(1) == .max && Int.min.addingClamped(-1) == .min && 2.addingClamped(3) == 5)
        #expect([Int.max, 1, Int.max].clampedSum() == .max)
        #expect(Int(clamping: 1e300) == .max && Int(clamping: -Double.infinity) == .min && Int(clamping: 2.5) == 3)
        #expect(Int64(clamping: Double.nan) == 0 && UInt8(clamping: -3.0) == 0)
        var counts = OutcomeCounts(requested: .max, ended: [.succeeded: .max, .errored: 1])
        #expect(counts.finished == .max)
        counts = counts + counts
        #expect(counts.requested == .max && counts[.errored] == 2)
    }

    private func object(_ value: String) throws -> JSONObject { try JSONObject(Array(#"{"n":\#(value)}"#.utf8)) }
}
