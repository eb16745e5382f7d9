package io.inplaceguard.check.report;

import io.inplaceguard.guard.Warning;
import java.io.StringWriter;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** For CI servers that show test results: each object is a test case. */
final class JUnitReport implements Report {

    @Override
    public String of(List<Result> results, boolean quiet, boolean colour) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            Result.Summary summary = Result.Summary.of(results);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "inplace-guard");
            xml.writeAttribute("tests", String.valueOf(results.size()));
            xml.writeAttribute("failures", String.valueOf(summary.denied()));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("skipped", String.valueOf(summary.skipped()));
            for (Result result : results) {
                testcase(xml, result);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    private static void testcase(XMLStreamWriter xml, Result result) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", legal(result.identity().kind()));
        xml.writeAttribute("name", legal(result.identity().toString()));
        xml.writeAttribute("file", legal(result.file()));
        xml.writeAttribute("line", String.valueOf(result.line()));
        if (result.isSkipped()) {
            xml.writeEmptyElement("skipped");
            xml.writeAttribute("message", result.skipped());
        }
        if (result.denied()) {
            failure(xml, result);
        }
        if (!result.warnings().isEmpty() || !result.notes().isEmpty()) {
            xml.writeStartElement("system-out");
            for (Warning warning : result.warnings()) {
                xml.writeCharacters(legal("warning: " + warning.message() + "\n"));
            }
            for (String note : result.notes()) {
                xml.writeCharacters(legal("note: " + note + "\n"));
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void failure(XMLStreamWriter xml, Result result) throws XMLStreamException {
        xml.writeStartElement("failure");
        List<String> rules = result.violations().stream()
                .map(located -> located.violation().rule())
                .distinct()
                .toList();
        xml.writeAttribute("message", "denied: " + String.join(", ", rules));
        xml.writeAttribute("type", rules.get(0));
        for (Result.Located located : result.violations()) {
            xml.writeCharacters(legal(result.file() + ":" + located.line() + ": "
                    + located.violation().field() + ": " + located.violation().message() + "\n"));
        }
        xml.writeEndElement();
    }

    /** XML 1.0 cannot represent most control characters, not even escaped. */
    private static String legal(String text) {
        return text.replaceAll("[^\\t\\n\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\uFFFD");
    }
}
