package io.inplaceguard.cluster.audit;

import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.CustomKind;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Pod templates under an in-place strategy whose cpu and memory the API server would never resize. */
final class NeverResizable {

    private NeverResizable() {}

    static List<Finding> of(Inventory.Workload workload, List<CustomKind> kinds) {
        List<Finding> findings = new ArrayList<>();
        boolean custom = !workload.identity().group().equals(Workloads.KRUISE);
        for (Workloads.Template template : Workloads.templates(workload.object(), kinds)) {
            if (!workload.identity().kind().equals("SidecarSet")
                    && (custom || Workloads.policy(template.set()).startsWith("InPlace"))) {
                check(findings, workload, template);
            }
        }
        return findings;
    }

    private static void check(List<Finding> findings, Inventory.Workload workload, Workloads.Template template) {
        JsonNode spec = template.template().path("spec");
        String path = template.path() + ".spec";
        if (spec.at("/os/name").asString("").equals("windows")
                || spec.path("nodeSelector")
                        .path("kubernetes.io/os")
                        .asString("")
                        .equals("windows")) {
            findings.add(finding(
                    workload,
                    path + ".os",
                    "These are Windows pods, whose cpu and memory cannot be resized in place.",
                    "Recreate the pods to change their resources."));
            return;
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                if (!container.at("/resources/claims").isEmpty()) {
                    findings.add(finding(
                            workload,
                            path + "." + list + "[name="
                                    + container.path("name").asString("") + "].resources.claims",
                            "A container uses resource claims; the API server refuses to resize such a pod.",
                            "Recreate the pods to change their resources."));
                }
            }
        }
        boolean once = spec.path("restartPolicy").asString("").equals("Never");
        for (JsonNode container : spec.path("containers")) {
            implied(findings, workload, path, container);
            if (once) {
                policies(findings, workload, path, container);
            }
        }
    }

    /** A Pod that is never restarted can only be resized without a restart; the API server refuses any other policy. */
    private static void policies(List<Finding> findings, Inventory.Workload workload, String path, JsonNode container) {
        String name = container.path("name").asString("");
        String field = path + ".containers[name=" + name + "].resizePolicy";
        for (String resource : List.of("cpu", "memory")) {
            String policy = "";
            for (JsonNode each : container.path("resizePolicy")) {
                if (each.path("resourceName").asString("").equals(resource)) {
                    policy = each.path("restartPolicy").asString("");
                }
            }
            if (policy.equals("RestartContainer")) {
                findings.add(finding(
                        workload,
                        field,
                        "Container " + name + " would be restarted by a resize of " + resource
                                + ", which restartPolicy Never forbids: the API server refuses such pods.",
                        "Set the policy for " + resource + " to NotRequired. That recreates the pods once."));
            } else if (policy.isEmpty() && uses(container, resource)) {
                findings.add(finding(
                        workload,
                        field,
                        "Container " + name + " has no resizePolicy for " + resource
                                + ", and with restartPolicy Never only NotRequired is allowed: a default of RestartContainer"
                                + " would keep the pods from being created.",
                        "Write NotRequired for " + resource + ". That recreates the pods once."));
            }
        }
    }

    private static boolean uses(JsonNode container, String resource) {
        return container.path("resources").path("requests").has(resource)
                || container.path("resources").path("limits").has(resource);
    }

    private static void implied(List<Finding> findings, Inventory.Workload workload, String path, JsonNode container) {
        String name = container.path("name").asString("");
        for (String resource : List.of("cpu", "memory")) {
            if (container.path("resources").path("limits").has(resource)
                    && !container.path("resources").path("requests").has(resource)) {
                findings.add(finding(
                        workload,
                        path + ".containers[name=" + name + "].resources.requests." + resource,
                        "Container " + name + " has a " + resource + " limit without a request, so its request is only"
                                + " implied, and resizing the limit can be refused.",
                        "Write the " + resource + " request out. That recreates the pods once."));
            }
        }
    }

    private static Finding finding(Inventory.Workload workload, String field, String message, String remedy) {
        return new Finding(Finding.Id.NEVER_RESIZABLE, workload.identity(), List.of(field), message, remedy);
    }
}
