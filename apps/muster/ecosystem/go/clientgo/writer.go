package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

// mark is the label of all that is written here.
const mark = "witness=yes"

// Written is what an object must be in the end.
type Written struct {
	ResourceVersion string
	Word            string
}

type writer struct {
	client    kubernetes.Interface
	namespace string
	retries   int64
}

// insist does it again while the server is away.
func (w *writer) insist(ctx context.Context, deed func() error) error {
	for {
		err := deed()
		if err == nil || errors.IsInvalid(err) || errors.IsForbidden(err) || errors.IsBadRequest(err) || errors.IsConflict(err) || errors.IsNotFound(err) {
			return err
		}
		w.retries++
		select {
		case <-ctx.Done():
			return fmt.Errorf("gave up: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// writeAll creates, applies, updates, and deletes every fifth again. Answers what must be there in the end.
func (w *writer) writeAll(ctx context.Context, untyped dynamic.Interface, count int) (map[string]Written, error) {
	expected := map[string]Written{}
	for i := range count {
		name := fmt.Sprintf("object-%d", i)
		written, err := w.writeOne(ctx, untyped, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		expected[name] = written
		if i%5 == 4 {
			if err := w.insist(ctx, func() error {
				err := w.client.CoreV1().ConfigMaps(w.namespace).Delete(ctx, name, metav1.DeleteOptions{})
				if errors.IsNotFound(err) {
					return nil
				}
				return err
			}); err != nil {
				return nil, err
			}
			delete(expected, name)
		}
		fmt.Printf("progress %d\n", i+1)
	}
	return expected, nil
}

func (w *writer) writeOne(ctx context.Context, untyped dynamic.Interface, name string) (Written, error) {
	maps := w.client.CoreV1().ConfigMaps(w.namespace)
	created := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"witness": "yes"}},
		Data:       map[string]string{"word": "created"},
	}
	if err := w.insist(ctx, func() error {
		_, err := maps.Create(ctx, created, metav1.CreateOptions{FieldManager: "witness"})
		return ignoreExisting(err)
	}); err != nil {
		return Written{}, err
	}
	// A second manager applies a field of its own: typed on even, dynamic on odd names.
	if err := w.insist(ctx, func() error {
		if len(name)%2 == 0 {
			_, err := maps.Apply(ctx, corev1ac.ConfigMap(name, w.namespace).WithData(map[string]string{"applied": name}), metav1.ApplyOptions{FieldManager: "applier"})
			return err
		}
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": name, "namespace": w.namespace},
			"data":     map[string]any{"applied": name},
		}}
		_, err := untyped.Resource(configMaps).Namespace(w.namespace).Apply(ctx, name, object, metav1.ApplyOptions{FieldManager: "applier"})
		return err
	}); err != nil {
		return Written{}, err
	}
	// Read, change, write: a conflict is another's write, or our own whose answer was lost.
	for {
		var written Written
		err := w.insist(ctx, func() error {
			now, err := maps.Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			if now.Data["applied"] != name {
				return errors.NewBadRequest("what was applied is gone")
			}
			now.Data["word"] = "updated " + name
			updated, err := maps.Update(ctx, now, metav1.UpdateOptions{FieldManager: "witness"})
			if err == nil {
				written = Written{ResourceVersion: updated.ResourceVersion, Word: updated.Data["word"]}
			}
			return err
		})
		if !errors.IsConflict(err) {
			return written, err
		}
		w.retries++
	}
}

func ignoreExisting(err error) error {
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func compareWithList(ctx context.Context, client kubernetes.Interface, namespace string, expected map[string]Written) []string {
	listed, err := client.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{LabelSelector: mark})
	if err != nil {
		return []string{"list: " + err.Error()}
	}
	found := map[string]Written{}
	for _, one := range listed.Items {
		found[one.Name] = Written{one.ResourceVersion, one.Data["word"]}
	}
	return compare("list", expected, found)
}

func compare(who string, expected, found map[string]Written) []string {
	var troubles []string
	for name, want := range expected {
		if got, ok := found[name]; !ok {
			troubles = append(troubles, fmt.Sprintf("%s: %s is lost", who, name))
		} else if got.ResourceVersion != want.ResourceVersion || (got.Word != "" && got.Word != want.Word) {
			troubles = append(troubles, fmt.Sprintf("%s: %s is %v, not %v", who, name, got, want))
		}
	}
	for name := range found {
		if _, ok := expected[name]; !ok {
			troubles = append(troubles, fmt.Sprintf("%s: %s came back", who, name))
		}
	}
	return troubles
}
