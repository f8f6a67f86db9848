package main

import (
	"context"
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"

	corev1 "k8s.io/api/core/v1"
)

// observer follows the objects with one kind of informer.
type observer struct {
	name     string
	informer cache.SharedIndexInformer
	events   atomic.Int64

	mutex    sync.Mutex
	versions map[string]*big.Int
	troubles []string
}

func startObservers(ctx context.Context, typed kubernetes.Interface, untyped dynamic.Interface, objects metadata.Interface, namespace string) ([]*observer, error) {
	only := func(options *metav1.ListOptions) { options.LabelSelector = mark }
	byType := informers.NewSharedInformerFactoryWithOptions(typed, 0, informers.WithNamespace(namespace), informers.WithTweakListOptions(only))
	byName := dynamicinformer.NewFilteredDynamicSharedInformerFactory(untyped, 0, namespace, only)
	byMetadata := metadatainformer.NewFilteredSharedInformerFactory(objects, 0, namespace, only)
	observers := []*observer{
		{name: "typed informer", informer: byType.Core().V1().ConfigMaps().Informer()},
		{name: "dynamic informer", informer: byName.ForResource(configMaps).Informer()},
		{name: "metadata informer", informer: byMetadata.ForResource(configMaps).Informer()},
	}
	for _, one := range observers {
		one.versions = map[string]*big.Int{}
		if _, err := one.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    one.saw,
			UpdateFunc: func(_, now any) { one.saw(now) },
			DeleteFunc: func(any) { one.events.Add(1) },
		}); err != nil {
			return nil, err
		}
		go one.informer.RunWithContext(ctx)
	}
	for _, one := range observers {
		if !cache.WaitForCacheSync(ctx.Done(), one.informer.HasSynced) {
			return nil, fmt.Errorf("the %s has never synced", one.name)
		}
	}
	return observers, nil
}

// saw checks that no object ever goes back: since Kubernetes 1.35 versions are numbers that may be compared.
func (o *observer) saw(object any) {
	o.events.Add(1)
	accessor, err := meta.Accessor(object)
	if err != nil {
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	version, ok := new(big.Int).SetString(accessor.GetResourceVersion(), 10)
	if !ok {
		o.troubles = append(o.troubles, fmt.Sprintf("%s: %s has version %q", o.name, accessor.GetName(), accessor.GetResourceVersion()))
		return
	}
	if before := o.versions[accessor.GetName()]; before != nil && version.Cmp(before) < 0 {
		o.troubles = append(o.troubles, fmt.Sprintf("%s: %s went back from %v to %v", o.name, accessor.GetName(), before, version))
	}
	o.versions[accessor.GetName()] = version
}

// compare waits until the cache holds what is expected, for twenty seconds at most.
func (o *observer) compare(ctx context.Context, expected map[string]Written) []string {
	var troubles []string
	for range 200 {
		troubles = compare(o.name, expected, o.holds())
		if len(troubles) == 0 || ctx.Err() != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return append(troubles, o.troubles...)
}

func (o *observer) holds() map[string]Written {
	found := map[string]Written{}
	for _, object := range o.informer.GetStore().List() {
		accessor, err := meta.Accessor(object)
		if err != nil {
			continue
		}
		word := ""
		switch one := object.(type) {
		case *corev1.ConfigMap:
			word = one.Data["word"]
		case *unstructured.Unstructured:
			word, _, _ = unstructured.NestedString(one.Object, "data", "word")
		}
		found[accessor.GetName()] = Written{accessor.GetResourceVersion(), word}
	}
	return found
}
